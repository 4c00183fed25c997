"""What pre-commit installs for a hook with `language: python`: nothing of its own, and the released wheel.

The project of the wheel itself is in release/python.
"""

from setuptools import setup

setup(
    name="certsd-lint-pre-commit",
    version="0.0.0",
    packages=[],
    py_modules=[],
    install_requires=["certsd-lint==0.1.0"],
)
