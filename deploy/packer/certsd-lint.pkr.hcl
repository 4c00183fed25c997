# Fails the build of an image whose registry configuration has an error.
#
# The node's own config.toml says which trees are linted. `allow-empty` is not given: an image without any fails, too.
source "null" "image" {
  communicator = "none"
}

build {
  # Your own sources in the place of this one.
  sources = ["source.null.image"]

  provisioner "shell" {
    inline = [
      "cloud-init status --wait",
      "certsd-lint --sysroot / --containerd \"$(containerd --version | awk '{print $3}')\" --fail-on error",
      "certsd-lint node --sysroot /",
    ]
  }
}
