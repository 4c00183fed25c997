"""What the scripts beside this folder share. The standard library of Python 3.11 is all that is needed."""
