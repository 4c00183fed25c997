# Writes hosts.toml, only if certsd-lint finds no error in it: the old file stays otherwise, and the state fails. Salt adds the
# path of the new text to check_cmd, which lints it as if it were in its place.
{% set certs_d = '/etc/containerd/certs.d' %}
{% for namespace in ['docker.io', 'quay.io'] %}
{{ certs_d }}/{{ namespace }}/hosts.toml:
  file.managed:
    - source: salt://containerd/{{ namespace }}.toml
    - mode: '0644'
    - makedirs: True
    - check_cmd: sh -c 'exec certsd-lint --quiet --fail-on error --stdin-filename "$0" - < "$1"' {{ certs_d }}/{{ namespace }}/hosts.toml
{% endfor %}
