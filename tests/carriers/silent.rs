//! Files of other kinds, of which nothing is taken for configuration of containerd.

use super::lint;

/// Files that have words in common with what carriers hold. `N` is a number, so that there are many of each.
const FILES: &[(&str, &str)] = &[
    (
        "charts/N/values.yaml",
        "image:\n  repository: docker.io/library/nginx\n  tag: 1.N\nmirrors:\n  - https://repoN.example/maven2\nconfigs:\n  secret: x\nregistries: []\n",
    ),
    (
        "charts/N/templates/cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-N\ndata:\n  nginx.conf: |\n    server {\n      listen 80;\n      server_name {{ .Values.host }};\n    }\n  # mirrors of registries: see certs.d\n",
    ),
    (
        ".github/workflows/ciN.yml",
        "name: ci\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          cat > out-N.txt <<EOF\n          server = \"https://example.com\"\n          mirrors: none\n          EOF\n      - run: echo ${{ secrets.TOKEN }} | docker login -u x --password-stdin ghcr.io\n",
    ),
    (
        ".github/dependabotN.yml",
        "version: 2\nregistries:\n  dockerhub:\n    type: docker-registry\n    url: https://registry.hub.docker.com\n    username: octocat\n    password: ${{secrets.P}}\nupdates:\n  - package-ecosystem: docker\n    directory: /N\n    registries: [dockerhub]\n",
    ),
    (
        "roles/rN/tasks/main.yml",
        "- name: Hosts\n  ansible.builtin.copy:\n    dest: /etc/hosts.d/N.conf\n    content: |\n      10.0.0.N host\n- name: Trust\n  copy: {src: ca.crt, dest: /usr/local/share/ca-certificates/ca-N.crt}\n- name: docker certs\n  file: {path: /etc/docker/certs.d/r.example, state: directory}\n",
    ),
    (
        "roles/rN/vars/main.yml",
        "docker_registry_mirrors:\n  - https://mirror-N.example\nconfig_path: /etc/app/N\n",
    ),
    (
        "compose/N/docker-compose.yml",
        "services:\n  web:\n    image: nginx:N\n    configs: [site]\n    volumes:\n      - ./certs.d:/etc/docker/certs.d:ro\nconfigs:\n  site:\n    file: ./site.conf\n",
    ),
    (
        "infra/mN.tf",
        "resource \"aws_instance\" \"iN\" {\n  ami = \"ami-N\"\n  user_data = <<-EOF\n    #!/bin/bash\n    echo \"mirrors: ${var.mirror}\" > /etc/app/config-N.yml\n    cat > /etc/apt/sources.list.d/x.list <<X\n    deb https://mirror.example/debian stable main\n    X\n  EOF\n}\n",
    ),
    (
        "infra/bottlerocketN.toml.tpl",
        "[settings.container-registry]\n[[settings.container-registry.mirrors]]\nregistry = \"docker.io\"\nendpoint = [\"https://mirror-N.example\"]\n",
    ),
    (
        "infra/bottlerocketN.yaml",
        "userData: |\n  [settings.container-registry]\n  [[settings.container-registry.mirrors]]\n  registry = \"*\"\n  endpoint = [\"https://mirror-N.example\"]\n",
    ),
    (
        "scripts/sN.sh",
        "#!/bin/bash\n# writes no hosts.toml: that is what certs.d is for\ncat > /etc/app/N.toml <<'EOF'\nserver = \"https://app.example\"\n[hosts]\nmirrors = [\"a\"]\nEOF\necho 'mirrors: []' >> /tmp/registry-N.yml\ngrep -r config_path /etc\n",
    ),
    (
        "scripts/nginxN.sh",
        "#!/bin/sh\ntee /etc/nginx/conf.d/N.conf <<EOF\nserver { listen N; } # registry.mirrors\nEOF\n",
    ),
    (
        "images/N/Dockerfile",
        "FROM debian:N\nRUN mkdir -p /etc/docker/certs.d && cat <<EOF > /etc/app.toml\nserver = \"x\"\nEOF\nCOPY certs.d /etc/docker/certs.d\n",
    ),
    (
        "spack/mirrorsN.yaml",
        "mirrors:\n  public: https://mirror.spack.io\n  local-N:\n    url: file:///opt/mirror\n    access_pair: [a, b]\n",
    ),
    (
        "argo/appN.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app-N}\nspec:\n  source:\n    repoURL: https://git.example/certs.d.git\n    path: N\n    helm:\n      values: |\n        mirrors: true\n        endpoint: https://x\n",
    ),
    (
        "k8s/dsN.yaml",
        "apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      containers:\n      - name: cN\n        volumeMounts:\n        - {name: certs, mountPath: /etc/containerd/certs.d, readOnly: true}\n      volumes:\n      - name: certs\n        hostPath: {path: /etc/containerd/certs.d}\n",
    ),
    (
        "docs/N.yaml",
        "openapi: 3.0.0\npaths:\n  /registries:\n    get:\n      description: lists mirrors; see hosts.toml\n",
    ),
    (
        "prometheus/N.yml",
        "scrape_configs:\n  - job_name: registries\n    static_configs:\n      - targets: [\"mirror:N\"]\n    tls_config: {insecure_skip_verify: true}\n",
    ),
    (
        "talos/N.yaml",
        "machine:\n  type: worker\n  network:\n    hostname: node-N\n  files:\n    - path: /var/etc/app/registries.conf\n      op: create\n      content: |\n        mirrors = []\ncluster:\n  controlPlane: {endpoint: https://10.0.0.N:6443}\n",
    ),
    (
        "kind/N.yaml",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n  extraMounts:\n  - hostPath: ./data\n    containerPath: /data/N\n- role: worker\n",
    ),
    (
        "cloud/N.cfg",
        "#cloud-config\npackages: [nginx]\nwrite_files:\n  - path: /etc/app/mirrors-N.toml\n    content: |\n      server = \"https://a.example\"\n",
    ),
];

#[test]
fn other_files_are_silent() {
    let mut count = 0;
    for number in 1..=12 {
        for (path, text) in FILES {
            let number = number.to_string();
            let (path, text) = (path.replace('N', &number), text.replace('N', &number));
            let found: Vec<String> = lint(&path, &text)
                .iter()
                .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
                .collect();
            assert!(found.is_empty(), "{path}: {found:?}\n{text}");
            count += 1;
        }
    }
    assert!(count >= 200);
}
