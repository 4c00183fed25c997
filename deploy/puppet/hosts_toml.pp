# Writes hosts.toml, only if certsd-lint finds no error in it: the old file stays otherwise, and the resource fails. Puppet puts the
# path of the new text in the place of %, and the text is linted as if it were in its place.
define containerd::hosts_toml (
  String $content,
  String $certs_d = '/etc/containerd/certs.d',
) {
  file { "${certs_d}/${title}":
    ensure => directory,
    mode   => '0755',
  }
  file { "${certs_d}/${title}/hosts.toml":
    ensure       => file,
    mode         => '0644',
    content      => $content,
    validate_cmd => "/bin/sh -c 'exec certsd-lint --quiet --fail-on error --stdin-filename \"\$0\" - < \"\$1\"' ${certs_d}/${title}/hosts.toml %",
  }
}
