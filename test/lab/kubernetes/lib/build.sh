# Sourced by up: packages, binaries and images. Each is made once, and again when its sources change.

packages() {
  local want=() pair
  for pair in containerd:containerd runc:runc iptables:iptables conntrack:conntrack ebtables:ebtables ethtool:ethtool \
      socat:socat ip:iproute2 mount:mount sysctl:procps openssl:openssl curl:curl gcc:gcc; do
    command -v "${pair%%:*}" >/dev/null || want+=("${pair#*:}")     # by command: docker's own packages may bring runc and containerd
  done
  [ -x /usr/lib/cni/bridge ] || want+=(containernetworking-plugins)
  [ -e /usr/include/stdlib.h ] || want+=(libc6-dev)
  ((${#want[@]})) || return 0
  say "installing ${want[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -yq --no-install-recommends "${want[@]}" >/dev/null ||
    { apt-get update -q && apt-get install -yq --no-install-recommends "${want[@]}"; } >/dev/null
}

# toolchain: Go. From 1.21 on it fetches the release that go.mod asks for by itself.
toolchain() {
  if ! command -v go >/dev/null; then
    say "installing golang-go"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends golang-go; } >/dev/null ||
      die "no Go here, and apt has none: install Go 1.24 or newer, https://go.dev/dl"
  fi
  case $(go version) in
    *\ go1.[0-9].*|*\ go1.1[0-9].*|*\ go1.20.*) die "$(go version) is too old: install Go 1.24 or newer, https://go.dev/dl" ;;
  esac
}

# changed STAMP FILE...: the contents of FILEs (folders are walked) are not those which `stamp STAMP` recorded.
changed() {
  local stamp=$bin/.$1; shift
  sum=$(find "$@" -type f | sort | xargs cat | sha256sum)
  [ "$sum" != "$(cat "$stamp" 2>/dev/null)" ]
}
stamp() { echo "$sum" >"$bin/.$1"; }

# gobuild MODULE PACKAGE NAME [LDFLAGS]
gobuild() {
  say "building $3"
  (cd "$here/go/$1" && GOWORK=off GOFLAGS= CGO_ENABLED=0 nice go build -buildvcs=false -trimpath -ldflags "-s -w ${4:-}" -o "$bin/$3" "$2")
}

binaries() {
  local c
  toolchain
  rm -rf "$D/tmp"; mkdir "$D/tmp"
  if changed kube "$here/go/kube" "$here/lib/build.sh"; then
    local v=k8s.io/component-base/version          # else the components call themselves v0.0.0
    gobuild kube ./kube kube "-X $v.gitVersion=v1.34.3 -X $v.gitMajor=1 -X $v.gitMinor=34 -X $v.gitTreeState=clean"
    gobuild kube ./etcd etcd
    gobuild kube ./netpol netpol
    for c in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do ln -sf kube "$bin/$c"; done
    stamp kube
  fi
  if changed addons "$here/go/addons" "$here/lib/build.sh"; then
    gobuild addons ./coredns coredns
    image coredns "$bin/coredns"
    gobuild addons github.com/rancher/local-path-provisioner local-path-provisioner
    image local-path-provisioner "$bin/local-path-provisioner"
    stamp addons
  fi
  if changed small "$here/go/probe" "$here/pause.c" "$here/lib/build.sh"; then
    gobuild probe . probe
    image probe "$bin/probe"
    gcc -Os -static -s -o "$bin/pause" "$here/pause.c"
    image pause "$bin/pause"
    stamp small
  fi
  [ -f "$D/images/busybox.tar" ] || busybox
  rm -r "$D/tmp"
}

# busybox: a shell for local-path's helper pods, out of Debian's package, not installed (it would displace the package busybox).
busybox() {
  say "fetching busybox"
  local t; t=$(mktemp -d "$D/tmp/XXXX")
  (cd "$t" && { apt-get download -q busybox-static || { apt-get update -q && apt-get download -q busybox-static; }; }) >/dev/null 2>&1 ||
    die "apt-get download busybox-static failed"
  dpkg-deb -x "$t"/*.deb "$t/x"
  image busybox "$(find "$t/x" -path '*bin/busybox' -type f)"
}

# image NAME BINARY: writes images/NAME.tar, the image lab/NAME:1 with only that binary, in docker's archive form.
image() {
  local t layer applet; t=$(mktemp -d "$D/tmp/XXXX")
  mkdir -p "$t/root/bin" "$t/root/tmp"; chmod 1777 "$t/root/tmp"
  install "$2" "$t/root/bin/$1"
  if [ "$1" = busybox ]; then for applet in $("$2" --list | grep -vx busybox); do ln -s busybox "$t/root/bin/$applet"; done; fi
  tar -C "$t/root" --owner=0 --group=0 --numeric-owner --sort=name --mtime=@0 -cf "$t/layer.tar" .
  layer=$(sha256sum <"$t/layer.tar"); layer=${layer%% *}
  cat >"$t/config.json" <<E
{"architecture": "$(dpkg --print-architecture)", "os": "linux", "created": "1970-01-01T00:00:00Z",
 "config": {"Entrypoint": ["/bin/$1"], "Env": ["PATH=/bin"]}, "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]}}
E
  echo '[{"Config": "config.json", "RepoTags": ["lab/'"$1"':1"], "Layers": ["layer.tar"]}]' >"$t/manifest.json"
  tar -C "$t" -cf "$D/images/$1.tar" manifest.json config.json layer.tar
}

import_images() {
  local tar mark
  for tar in "$D"/images/*.tar; do
    mark=$state/$(basename "$tar").imported
    if [ ! "$mark" -nt "$tar" ]; then $ctr images import "$tar" >/dev/null; touch "$mark"; fi
  done
}
