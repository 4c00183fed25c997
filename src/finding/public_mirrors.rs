//! Public registries, public mirrors of them, and clouds that give each customer a registry under a public name.
//!
//! Each entry has a source that documents it: its operator where there is one, otherwise a user. Closed mirrors stay in
//! the list, because files still name them and a domain can change hands.

/// An entry of the list of known public registries and mirrors.
#[derive(Debug)]
pub struct PublicMirror {
    /// The name, in lower case. One with a leading dot represents every name below it.
    pub host: &'static str,
    /// Its operator.
    pub operator: &'static str,
    /// The source.
    pub source: &'static str,
    /// Images are named after it; it does not copy another registry.
    pub is_registry: bool,
    /// Its users.
    pub access: Access,
}

/// The users of a public mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone.
    Open,
    /// No one: it has closed.
    Closed,
    /// Clients in this network only, though it was open once and files still name it.
    Only(&'static str),
}

/// A cloud that gives each customer a registry under a public name: neither a public mirror nor a private name.
#[derive(Debug)]
pub struct AccountRegistry {
    /// A glob on names.
    pub hosts: &'static str,
    /// Its operator.
    #[expect(dead_code, reason = "for the readers of the list")]
    pub operator: &'static str,
    /// The source.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the readers of the list"))]
    pub source: &'static str,
}

const fn registry(
    host: &'static str,
    operator: &'static str,
    source: &'static str,
) -> PublicMirror {
    PublicMirror {
        host,
        operator,
        source,
        is_registry: true,
        access: Access::Open,
    }
}

const fn mirror(host: &'static str, operator: &'static str, source: &'static str) -> PublicMirror {
    PublicMirror {
        host,
        operator,
        source,
        is_registry: false,
        access: Access::Open,
    }
}

const fn closed(host: &'static str, operator: &'static str, source: &'static str) -> PublicMirror {
    PublicMirror {
        host,
        operator,
        source,
        is_registry: false,
        access: Access::Closed,
    }
}

const fn limited(
    host: &'static str,
    operator: &'static str,
    network: &'static str,
    source: &'static str,
) -> PublicMirror {
    PublicMirror {
        host,
        operator,
        source,
        is_registry: false,
        access: Access::Only(network),
    }
}

const fn account(
    hosts: &'static str,
    operator: &'static str,
    source: &'static str,
) -> AccountRegistry {
    AccountRegistry {
        hosts,
        operator,
        source,
    }
}

/// Registries and mirrors that are open to everyone, or were.
pub const PUBLIC: &[PublicMirror] = &[
    registry(
        "docker.io",
        "Docker",
        "https://docs.docker.com/desktop/setup/allow-list/",
    ),
    registry(
        "index.docker.io",
        "Docker",
        "https://docs.docker.com/desktop/setup/allow-list/",
    ),
    registry(
        "registry-1.docker.io",
        "Docker",
        "https://docs.docker.com/desktop/setup/allow-list/",
    ),
    registry(
        "quay.io",
        "Red Hat",
        "https://docs.aws.amazon.com/en_us/cli/latest/reference/ecr/create-pull-through-cache-rule.html",
    ),
    registry("ghcr.io", "GitHub", "https://docs.github.com/en/packages"),
    registry(
        "registry.k8s.io",
        "the Kubernetes project",
        "https://github.com/kubernetes/registry.k8s.io",
    ),
    registry(
        "k8s.gcr.io",
        "the Kubernetes project",
        "https://github.com/kubernetes/registry.k8s.io",
    ),
    registry(
        "registry.gitlab.com",
        "GitLab",
        "https://docs.aws.amazon.com/en_us/cli/latest/reference/ecr/create-pull-through-cache-rule.html",
    ),
    registry(
        "public.ecr.aws",
        "Amazon Web Services",
        "https://docs.amazonaws.cn/AmazonECR/latest/public/docker-pull-ecr-image.html",
    ),
    registry(
        "mcr.microsoft.com",
        "Microsoft",
        "https://github.com/microsoft/containerregistry",
    ),
    registry(
        "gcr.io",
        "Google",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    registry(
        "nvcr.io",
        "NVIDIA",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    registry(
        "docker.elastic.co",
        "Elastic",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    registry(
        "registry.jujucharms.com",
        "Canonical",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    registry(
        "rocks.canonical.com",
        "Canonical",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    mirror(
        "mirror.gcr.io",
        "Google",
        "https://cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images",
    ),
    mirror(
        ".mirror.aliyuncs.com",
        "Alibaba Cloud",
        "https://www.alibabacloud.com/help/en/acr/user-guide/accelerate-the-pulls-of-docker-official-images",
    ),
    mirror(
        "registry.aliyuncs.com",
        "Alibaba Cloud",
        "https://github.com/kubernetes/kubeadm/issues/2851",
    ),
    mirror(
        "registry.cn-hangzhou.aliyuncs.com",
        "Alibaba Cloud",
        "https://github.com/yeasy/docker_practice/blob/master/install/mirror.md",
    ),
    mirror(
        "m.daocloud.io",
        "DaoCloud",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    mirror(
        ".m.daocloud.io",
        "DaoCloud",
        "https://github.com/DaoCloud/public-image-mirror",
    ),
    mirror(
        ".mirror.swr.myhuaweicloud.com",
        "Huawei Cloud",
        "https://github.com/chenqiangzhishen/docker-tutorial/blob/master/docker_image_accelerate.md",
    ),
    mirror(
        "mirror.ccs.tencentyun.com",
        "Tencent Cloud, for its customers",
        "https://github.com/yeasy/docker_practice/blob/master/install/mirror.md",
    ),
    limited(
        ".azk8s.cn",
        "Microsoft",
        "Azure China",
        "https://github.com/Azure/container-service-for-azure-china/blob/master/aks/README.md#22-container-registry-proxy",
    ),
    mirror(
        "mirror.baidubce.com",
        "Baidu Cloud",
        "https://github.com/yeasy/docker_practice/blob/master/install/mirror.md",
    ),
    mirror(
        "hub-mirror.c.163.com",
        "NetEase",
        "https://github.com/yeasy/docker_practice/blob/master/install/mirror.md",
    ),
    closed(
        "reg-mirror.qiniu.com",
        "Qiniu",
        "https://github.com/yeasy/docker_practice/blob/master/install/mirror.md",
    ),
    closed(
        "registry.docker-cn.com",
        "Docker",
        "https://github.com/docker/docker.github.io/issues/8793",
    ),
    limited(
        "docker.mirrors.ustc.edu.cn",
        "University of Science and Technology of China",
        "the university's network",
        "https://github.com/ustclug/mirrorhelp/issues/158",
    ),
    limited(
        "gcr.mirrors.ustc.edu.cn",
        "University of Science and Technology of China",
        "the university's network",
        "https://github.com/ustclug/mirrorhelp/issues/158",
    ),
    closed(
        "docker.mirrors.sjtug.sjtu.edu.cn",
        "Shanghai Jiao Tong University",
        "https://github.com/sjtug/mirror-requests/issues/369",
    ),
    mirror(
        "k8s-gcr-io.mirrors.sjtug.sjtu.edu.cn",
        "Shanghai Jiao Tong University",
        "https://github.com/sjtug/mirror-requests/issues/119",
    ),
    mirror(
        "docker.nju.edu.cn",
        "Nanjing University",
        "https://github.com/njulug/njulug.github.io/blob/master/dockerhub.html",
    ),
    mirror(
        "ghcr.nju.edu.cn",
        "Nanjing University",
        "https://github.com/bestK/dockerhub2ghcr.io",
    ),
    mirror(
        "quay.nju.edu.cn",
        "Nanjing University",
        "https://github.com/vllm-project/vllm-ascend",
    ),
    mirror(
        "dockerproxy.com",
        "unknown",
        "https://gist.github.com/y0ngb1n/7e8f16af3242c7815e7ca2f0833d3ea6",
    ),
    mirror(
        "dockerproxy.net",
        "unknown",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        "dockerproxy.link",
        "unknown",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        ".1ms.run",
        "1ms.run",
        "https://github.com/AgentFlocks/flocks",
    ),
    mirror(
        "docker.1panel.live",
        "1Panel",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        "docker.xuanyuan.me",
        "Xuanyuan",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        ".xuanyuan.run",
        "Xuanyuan, for its customers",
        "https://github.com/SeanChang/xuanyuan_docker_proxy",
    ),
    mirror(
        "docker.jiaxin.site",
        "unknown",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        "proxy.vvvv.ee",
        "unknown",
        "https://github.com/dongyubin/DockerHub/wiki",
    ),
    mirror(
        "hub.rat.dev",
        "unknown",
        "https://gist.github.com/Cp0204/4330ca3b8bc68c4a4a8d57e3982a859b",
    ),
    mirror(
        "registry.dockermirror.com",
        "docker-mirrors",
        "https://github.com/docker-mirrors",
    ),
    mirror(
        "docker.arvancloud.ir",
        "ArvanCloud",
        "https://github.com/ArmanTaheriGhaleTaki/fastDocker403unlocker/blob/main/fastDocker403unlocker.conf",
    ),
    mirror(
        "docker.iranserver.com",
        "IranServer",
        "https://github.com/ArmanTaheriGhaleTaki/fastDocker403unlocker/blob/main/fastDocker403unlocker.conf",
    ),
    mirror(
        "docker.haiocloud.com",
        "HaioCloud",
        "https://github.com/ArmanTaheriGhaleTaki/fastDocker403unlocker/blob/main/fastDocker403unlocker.conf",
    ),
    mirror(
        "focker.ir",
        "unknown",
        "https://github.com/ArmanTaheriGhaleTaki/fastDocker403unlocker/blob/main/fastDocker403unlocker.conf",
    ),
    mirror(
        "registry.docker.ir",
        "unknown",
        "https://github.com/ArmanTaheriGhaleTaki/fastDocker403unlocker/blob/main/fastDocker403unlocker.conf",
    ),
    mirror(
        "docker.kernel.ir",
        "unknown",
        "https://github.com/mamahoos/irdocker",
    ),
    mirror(
        "docker-mirror.liara.ir",
        "Liara",
        "https://github.com/Linuxmaster14/iran-docker",
    ),
    mirror(
        "docker.mobinhost.com",
        "MobinHost",
        "https://github.com/Linuxmaster14/iran-docker",
    ),
    mirror(
        "dockerhub.timeweb.cloud",
        "Timeweb Cloud",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
    mirror(
        "dh-mirror.gitverse.ru",
        "GitVerse",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
    mirror(
        "dockerhub1.beget.com",
        "Beget",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
    mirror(
        "huecker.io",
        "unknown",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
    mirror(
        "noohub.ru",
        "unknown",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
    mirror(
        "jockerhub.com",
        "unknown",
        "https://gist.github.com/beeyev/143ec1ae9eb21e7c3b6d55f1bbaf5ce2",
    ),
];

/// Clouds.
pub const ACCOUNTS: &[AccountRegistry] = &[
    account(
        "*.pkg.dev",
        "Google Artifact Registry",
        "https://cloud.google.com/artifact-registry/docs/repositories",
    ),
    account(
        "*.dkr.ecr.*.amazonaws.com",
        "Amazon Elastic Container Registry",
        "https://docs.aws.amazon.com/en_us/cli/latest/reference/ecr/create-pull-through-cache-rule.html",
    ),
    account(
        "*.azurecr.io",
        "Azure Container Registry",
        "https://learn.microsoft.com/en-us/azure/container-registry/container-registry-firewall-rules",
    ),
    account(
        "*.jfrog.io",
        "JFrog Artifactory Cloud",
        "https://jfrog.com/help/r/jfrog-artifactory-documentation/test-docker-and-artifactory-cloud",
    ),
];
