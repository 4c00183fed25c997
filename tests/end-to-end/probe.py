#!/usr/bin/env python3
"""Holds `certsd-lint probe` against a real containerd: the same tree, the same servers, the same verdict.

usage: tests/end-to-end/probe.py BINARY [--only NAME]

Needs root, Python 3, and containerd with ctr (Debian's package `containerd`). A containerd of its own is started in a temporary
directory, servers listen on loopback, and for each tree `probe` is compared with `ctr images pull --hosts-dir` and, where Python has
grpcio, with a pull by CRI whose config.toml names the config path: whether the image is pulled, which endpoint serves the layer, and
the error, word by word. `explain-error` has to know every error. Exit status 0 when all agree.
"""
import gzip, hashlib, http.server, io, json, os, re, shutil, socket, ssl, subprocess, sys, tarfile, tempfile, threading, time

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../fixtures/probe")
binary = os.path.abspath(sys.argv[1])
only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
work = tempfile.mkdtemp(prefix="probe-e2e-")


def digest(data): return "sha256:" + hashlib.sha256(data).hexdigest()


def image():
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as t:
        info = tarfile.TarInfo("hello"); info.size = 6
        t.addfile(info, io.BytesIO(b"hello\n"))
    layer = gzip.compress(tar.getvalue(), mtime=0)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest(tar.getvalue())]}}).encode()
    def of(kind, data): return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": of("config.v1+json", config), "layers": [of("layer.v1.tar+gzip", layer)]}).encode()
    return manifest, {digest(config): config, digest(layer): layer}


MANIFEST, BLOBS = image()
served = []  # (server, what) of every 200
tokens = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args): pass

    def answer(self, status, headers={}, body=b""):
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers: self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
        self.close_connection = True

    def image(self):
        path = self.path.split("?")[0]
        if path == "/v2/": return self.answer(200, {}, b"{}")
        if "/manifests/" in path:
            if not path.endswith(("/v1", digest(MANIFEST))): return self.answer(404)
            served.append((self.server.name, "tag" if self.command == "HEAD" else "manifest"))
            return self.answer(200, {"Content-Type": "application/vnd.oci.image.manifest.v1+json", "Docker-Content-Digest": digest(MANIFEST), "Content-Length": str(len(MANIFEST))}, MANIFEST)
        name = path.rsplit("/", 1)[1]
        if name in BLOBS:
            served.append((self.server.name, "layer"))
            return self.answer(200, {"Content-Type": "application/octet-stream"}, BLOBS[name])
        self.answer(404)

    def do(self):
        does, path = self.server.does, self.path.split("?")[0]
        manifest, blob = "/manifests/" in path, "/blobs/" in path
        if does.startswith("s") and does[1:].isdigit(): return self.answer(int(does[1:]), {}, b"no")
        if does == "close": self.close_connection = True; return
        if does == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close(); self.close_connection = True; return
        if does == "noise": self.wfile.write(b"SSH-2.0-x\r\n"); self.close_connection = True; return
        if does == "html": return self.answer(200, {"Content-Type": "text/html"}, b"<html>hello</html>")
        if does == "otherbytes" and manifest and self.command == "GET": return self.answer(200, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}, b"{}" + b" " * (len(MANIFEST) - 2))
        if does == "nolayers" and blob: return self.answer(404)
        if does == "brokenlayers" and blob: return self.answer(503)
        if does == "nomanifests" and manifest and self.command == "GET": return self.answer(404)
        if does == "nohead" and manifest and self.command == "HEAD": return self.answer(405)
        if does == "nodigest" and manifest and path.endswith("/v1"): return self.answer(200, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}, MANIFEST)
        if does == "redirect" and blob: return self.answer(307, {"Location": f"http://{address('store')}{self.path}"})
        if does == "redirectbroken" and blob: return self.answer(307, {"Location": f"http://{address('closed')}/"})
        if does == "loop": return self.answer(302, {"Location": self.path + "x"})
        if does == "moved" and not path.startswith("/moved"): return self.answer(301, {"Location": "/moved" + self.path})
        if does == "notmodified" and manifest: return self.answer(304)
        if does == "basic" and not self.headers.get("Authorization"): return self.answer(401, {"WWW-Authenticate": 'Basic realm="x"'})
        if does in ("negotiate", "nochallenge"): return self.answer(401, {"WWW-Authenticate": "Negotiate"} if does == "negotiate" else {})
        if does == "norealm": return self.answer(401, {"WWW-Authenticate": 'Bearer service="x"'})
        if does == "denied": return self.answer(401, {"WWW-Authenticate": f'Bearer realm="http://{address("tokens")}/token",service="x",error="insufficient_scope"'})
        if does.startswith("token") and self.headers.get("Authorization") != "Bearer t0ken":
            realm = {"token": "tokens", "tokendown": "closed", "token403": "s403", "tokenempty": "empty"}[does]
            return self.answer(401, {"WWW-Authenticate": f'Bearer realm="http://{address(realm)}/token",service="x",scope="repository:app:pull"'})
        if does == "tokens": return self.answer(200, {}, b'{"token":"t0ken"}')
        if does == "empty": return self.answer(200, {}, b"{}")
        self.image()

    do_GET = do_HEAD = do_POST = do


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, name, does, certificate=None, clients=None, most=None):
        self.name, self.does, self.context = name, does, None
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            chain, key = certificate
            self.context.load_cert_chain(f"{FIXTURES}/{chain}", f"{FIXTURES}/{key}")
            if clients: self.context.load_verify_locations(f"{FIXTURES}/{clients}"); self.context.verify_mode = ssl.CERT_REQUIRED
            if most: self.context.set_ciphers("ALL:@SECLEVEL=0"); self.context.minimum_version = ssl.TLSVersion.TLSv1; self.context.maximum_version = most
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client):
        if self.context: request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client)
        # The client sees the end of TLS, and not a reset.
        try: request.shutdown(socket.SHUT_WR)
        except OSError: pass

    def handle_error(self, *args): pass


SERVERS = {}


def server(name, *args, **more): SERVERS[name] = Server(name, *args, **more)


def address(name): return f"127.0.0.1:{SERVERS[name].server_address[1]}" if name in SERVERS else CLOSED


probe_socket = socket.socket(); probe_socket.bind(("127.0.0.1", 0)); CLOSED = f"127.0.0.1:{probe_socket.getsockname()[1]}"  # bound, and not listening
PLAIN = ["s400", "s403", "s404", "s410", "s429", "s500", "s502", "s503", "s504", "close", "reset", "noise", "html", "otherbytes", "nolayers", "brokenlayers", "nomanifests", "nohead",
         "nodigest", "redirect", "redirectbroken", "loop", "moved", "notmodified", "basic", "negotiate", "nochallenge", "norealm", "denied", "token", "tokendown", "token403", "tokenempty"]
for name in PLAIN + ["ok", "store", "tokens", "empty"]: server(name, name if name != "store" else "ok")
for name in ("good", "wrong-name", "common-name", "expired", "other-purpose", "self-signed", "rsa"): server("tls-" + name, "ok", (name + ".pem", name + ".key"))
server("tls-below", "ok", ("below.pem", "below.key"))
server("tls-chain", "ok", ("below-chain.pem", "below.key"))
server("mtls", "ok", ("good.pem", "good.key"), "client-ca.pem")
server("tls-old", "ok", ("rsa.pem", "rsa.key"), most=ssl.TLSVersion.TLSv1_1)

OWN = f'ca = "{FIXTURES}/ca.pem"\n'
TREES = {name: (f"http://{address(name)}", "") for name in PLAIN}
TREES["refused"] = (f"http://{CLOSED}", "")
TREES["refused-tls"] = (f"https://{CLOSED}", "")
for name in ("good", "wrong-name", "expired", "other-purpose", "rsa", "below", "chain", "old"): TREES["tls-" + name] = (f"https://{address('tls-' + name)}", OWN)
TREES["common-name"] = (f"https://localhost:{SERVERS['tls-common-name'].server_address[1]}", OWN)
TREES["unknown-ca"] = (f"https://{address('tls-good')}", "")
TREES["other-ca"] = (f"https://{address('tls-good')}", f'ca = "{FIXTURES}/other-ca.pem"\n')
TREES["self-signed"] = (f"https://{address('tls-self-signed')}", f'ca = "{FIXTURES}/self-signed.pem"\n')
TREES["skip-verify"] = (f"https://{address('tls-expired')}", "skip_verify = true\n")
TREES["skip-verify-name"] = (f"https://{address('tls-wrong-name')}", "skip_verify = true\n")
TREES["mtls-none"] = (f"https://{address('mtls')}", OWN)
TREES["mtls-good"] = (f"https://{address('mtls')}", OWN + f'client = [["{FIXTURES}/client.pem", "{FIXTURES}/client.key"]]\n')
TREES["mtls-stranger"] = (f"https://{address('mtls')}", OWN + f'client = [["{FIXTURES}/stranger.pem", "{FIXTURES}/stranger.key"]]\n')
TREES["http-at-https"] = (f"https://{address('ok')}", "")
TREES["https-at-http"] = (f"http://{address('tls-good')}", "")

TREES["otherbytes"] = TREES.pop("otherbytes")  # last: containerd keeps what was written, and a later pull of that digest takes it up

try: import grpc
except ImportError: grpc = None
os.makedirs(f"{work}/trees")
CRI = f'[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "{work}/trees"\n[plugins."io.containerd.grpc.v1.cri".containerd]\nsnapshotter = "native"\n' if grpc else 'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'

# A containerd of its own.
sock = f"{work}/containerd.sock"
with open(f"{work}/config.toml", "w") as f: f.write(f'version = 2\nroot = "{work}/root"\nstate = "{work}/state"\n{CRI}[plugins."io.containerd.metadata.v1.bolt"]\ncontent_sharing_policy = "isolated"\n[grpc]\naddress = "{sock}"\n')
daemon = subprocess.Popen(["containerd", "--config", f"{work}/config.toml"], stdout=subprocess.DEVNULL, stderr=open(f"{work}/log", "w"))
release = re.search(r"v?(\d+\.\d+\.\d+)", subprocess.check_output(["containerd", "--version"], text=True))[1]
ctr = ["ctr", "--address", sock, "--namespace", "e2e"]
channel = grpc.insecure_channel(f"unix://{sock}") if grpc else None
for _ in range(100):
    if subprocess.run(ctr + ["version"], capture_output=True).returncode == 0: break
    time.sleep(0.1)


def clear(ctr, ref):
    """Nothing of an earlier pull is left."""
    for image in subprocess.run(ctr + ["images", "ls", "-q"], capture_output=True, text=True).stdout.split(): subprocess.run(ctr + ["images", "rm", "--sync", image], capture_output=True)
    for line in subprocess.run(ctr + ["content", "ls", "-q"], capture_output=True, text=True).stdout.split(): subprocess.run(ctr + ["content", "rm", line], capture_output=True)


def pull(tree, ref):
    served.clear()
    clear(ctr, ref)
    try: p = subprocess.run(ctr + ["images", "pull", "--snapshotter", "native", "--hosts-dir", tree, ref], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired: return {"result": "waits", "error": "", "tag": None, "layer": None}
    errors = [l for l in p.stderr.splitlines() if l.startswith("ctr: ")]
    # ctr pulls and then unpacks, which fails after the image is there.
    return {"result": "pulled" if p.returncode == 0 else "fails", "error": errors[-1][5:] if errors else "", "tag": last("tag", "manifest"), "layer": last("layer")}


def text(data, at=1): return bytes([at << 3 | 2]) + (bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])) + data


def pull_by_cri(ref):
    """What the kubelet gets: PullImage of runtime.v1, whose messages are written by hand."""
    served.clear()
    clear(ctr[:-1] + ["k8s.io"], ref)
    call = channel.unary_unary("/runtime.v1.ImageService/PullImage", request_serializer=lambda b: b, response_deserializer=lambda b: b)
    try: call(text(text(ref.encode())), timeout=60)
    except grpc.RpcError as error: return {"result": "fails", "error": error.details(), "layer": last("layer")}
    return {"result": "pulled", "error": "", "layer": last("layer")}


def last(*kinds): return next((name for name, kind in reversed(served) if kind in kinds), None)


def tried(tree, ref):
    p = subprocess.run([binary, "probe", "--config-path", tree, "--containerd", release, "--proxy", "none", "--arch", "amd64", "--timeout", "10", "--format", "json", ref], capture_output=True, text=True)
    return json.loads(p.stdout)


def fits(pattern, text, by_cri):
    """Whether the error is the one foretold: what cannot be known is an ellipsis."""
    # ctr has no words of CRI's, and unpacks when it has pulled.
    if not by_cri: pattern = re.sub(r'^failed to pull and unpack image "[^"]*": (failed to unpack image on snapshotter …: )?', "", pattern)
    parts = [re.escape(p) for p in pattern.replace("{digest}", "…").split("…")]
    return re.fullmatch(".*".join(parts), text) is not None


def is_known(error):
    return subprocess.run([binary, "explain-error", "--", error], capture_output=True).returncode == 0


agree, unknown, bad = 0, [], []
try:
    number = 0
    for name, (url, settings) in TREES.items():
        for variant, text_of in (("then-ok", f'server = "http://{address("ok")}"\n[host."{url}"]\n{settings}'), ("alone", f'server = "{url}"\n{settings}[host."{url}"]\n{settings}'),
                              ("after-404", f'server = "{url}"\n{settings}[host."http://{address("s404")}"]\n')):
            case = f"{name} {variant}"
            if only and only not in case: continue
            number += 1
            host = f"reg{number}.example"
            tree = f"{work}/trees"
            os.makedirs(f"{tree}/{host}")
            with open(f"{tree}/{host}/hosts.toml", "w") as f: f.write(text_of)
            ref = f"{host}/app:v1"
            ours = tried(tree, ref)
            for client in ["ctr"] + (["CRI"] if grpc else []):
                for _ in range(5):
                    theirs = pull(tree, ref) if client == "ctr" else pull_by_cri(ref)
                    # A server that refuses a client certificate closes the connection: which of both is seen first is chance.
                    if not (name.startswith("mtls") and "reset by peer" in theirs["error"]): break
                if ours["result"] == "unknown": unknown.append(f"{case} {client}: {ours['unknown']}; containerd: {theirs['result']} {theirs['error']}"); continue
                why = None
                if ours["result"] != theirs["result"]: why = f"{ours['result']}, containerd: {theirs['result']}"
                elif ours["result"] == "fails" and not fits(ours["error"], theirs["error"], client == "CRI"): why = "another error"
                elif ours["result"] == "fails" and not is_known(theirs["error"]): why = "explain-error does not know the error"
                elif ours["result"] == "pulled":
                    at = ours["endpoints"][ours["served_by"]["layers"]]["host"]
                    want = theirs["layer"] if name != "redirect" or theirs["layer"] != "store" else "redirect"
                    if at != address(want) and not (name == "common-name" or at.startswith("localhost")): why = f"layers from {at}, containerd: {want} {address(want)}"
                if why: bad.append(f"{case} {client}: {why}\n    probe:      {ours['error']}\n    containerd: {theirs['error']}")
                else: agree += 1
finally:
    daemon.terminate(); daemon.wait()
    shutil.rmtree(work, ignore_errors=True)
for line in bad: print("DIFFERS", line)
for line in unknown: print("unknown", line)
print(f"containerd {release}: {len(bad)} differ, {agree} agree, {len(unknown)} said to be unknown")
print(f"{agree} passed, {len(bad)} failed, {len(unknown)} skipped")
sys.exit(1 if bad or not agree else 0)
