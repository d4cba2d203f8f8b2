# shellcheck shell=bash
# Sourced by the scripts beside it: installs what is missing and says what and why, and is quick when nothing is.
#
# Nothing here asks a question. What is installed: packages of Debian or Ubuntu by apt, as root or by sudo; a virtual
# environment in .venv of the checkout, which counts as complete only when its mark has been written at the end.

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$PROJECT/.venv
OLDEST_PYTHON="(3, 11)"
MISSING_PACKAGES=()

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "${0##*/}: $*"
    exit 1
}

# Two of these scripts at once must not build the same environment: the second waits. $LOCK is held until it is let go.
lock() {
    command -v flock >/dev/null || return 0
    exec {LOCK}<"$PROJECT/scripts/lib-install.sh"
    flock --nonblock "$LOCK" || {
        say "Waiting for another installation in this checkout to end ..."
        flock "$LOCK"
    }
}

unlock() {
    [[ -z ${LOCK:-} ]] || exec {LOCK}<&-
}

# want PACKAGE WHY PROBE...: note PACKAGE as missing unless the PROBE command succeeds.
want() {
    local package=$1 why=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    say "Missing: $package ($why)."
    MISSING_PACKAGES+=("$package")
}

has_library() {
    compgen -G "/usr/lib/*/$1" || compgen -G "/usr/lib*/$1" || compgen -G "/usr/local/lib/$1"
}

has_package() { [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Installs what `want` has noted, in one go. Returns 1, having said why, where that is impossible.
install_missing_packages() {
    ((${#MISSING_PACKAGES[@]})) || return 0
    local packages=("${MISSING_PACKAGES[@]}") log status=0
    MISSING_PACKAGES=()
    command -v apt-get >/dev/null || {
        say "Install these by your system's own means, this is no Debian or Ubuntu: ${packages[*]}"
        return 1
    }
    as_root true 2>/dev/null || {
        say "Neither root nor sudo: have somebody run  apt-get install ${packages[*]}"
        return 1
    }
    say "Installing by apt: ${packages[*]}"
    log=$(mktemp)
    apt_install "${packages[@]}" >"$log" 2>&1 || {
        # Package lists that are missing or too old are the usual reason.
        { as_root apt-get update && apt_install "${packages[@]}"; } >"$log" 2>&1
    } || {
        status=1
        tail -n 5 "$log" >&2
        say "apt-get install ${packages[*]} failed."
    }
    rm -f "$log"
    return "$status"
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif [[ -t 0 && -t 2 ]]; then
        sudo "$@"
    else
        sudo --non-interactive "$@"
    fi
}

# Prints a Python that is new enough and can make virtual environments; the system's own first, then newer before
# older. Returns 1 where there is none.
find_python() {
    local name
    for name in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.14; do
        if is_python "$name" && "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

is_python() { "$1" -c "import sys; sys.exit(sys.version_info < $OLDEST_PYTHON)" 2>/dev/null; }

# Sets PYTHON; installs one where there is none that will do.
ensure_python() {
    PYTHON=$(find_python) && return
    if [[ ! -x /usr/bin/python3 ]]; then
        want python3 "WinDictator is written in Python" false
        want python3-venv "virtual environments of Python" false
    elif is_python /usr/bin/python3; then
        want "$(/usr/bin/python3 -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" \
            "virtual environments of Python" false
    fi
    install_missing_packages || fail "it needs Python with virtual environments."
    PYTHON=$(find_python) && return
    # A system whose own Python is too old may offer this one beside it, as Ubuntu 22.04 does.
    want python3.11 "WinDictator needs Python 3.11 or newer" false
    want python3.11-venv "virtual environments of Python" false
    install_missing_packages || fail "it needs Python 3.11 or newer."
    PYTHON=$(find_python) || fail "no Python 3.11 or newer with virtual environments, even after installing it."
}

# ensure_environment [EXTRAS]: the package and its dependencies in .venv, with extras such as "test,check".
ensure_environment() {
    local extras=${1:-} mark state
    mark=$VENV/complete${extras:+-with-$extras}
    # What the environment depends on; its own path, because an environment that has been moved does not work.
    state=$(printf '%s\n' "$VENV" "$(<"$PROJECT/pyproject.toml")" | sha256sum)
    [[ -x $VENV/bin/python && -f $mark && $(<"$mark") == "$state" ]] && return
    rm -f "$mark"
    if ! is_python "$VENV/bin/python" || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        ensure_python
        say "Making a virtual environment in $VENV with $("$PYTHON" --version)."
        rm -rf "$VENV"
        "$PYTHON" -m venv "$VENV" || fail "the virtual environment could not be made."
    fi
    ensure_compiler
    say "Installing WinDictator and the Python packages it needs into $VENV; a minute or two the first time."
    pip_install --editable "$PROJECT${extras:+[$extras]}" ||
        fail "the Python packages could not be installed (is the package index reachable?); run it again to go on."
    printf '%s' "$state" | tee "$mark" >"$VENV/complete"
}

# Settings by environment: a pip that does not know one of them passes it over.
pip_install() {
    PIP_ROOT_USER_ACTION=ignore PIP_USE_PEP517=1 \
        "$VENV/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@" </dev/null
}

# pynput needs evdev, which comes as source only.
ensure_compiler() {
    local why="evdev, which pynput needs, has to be compiled" headers version
    read -r headers version < <("$VENV/bin/python" -c \
        'import sys, sysconfig; print(sysconfig.get_path("include"), "%d.%d" % sys.version_info[:2])')
    want gcc "$why" command -v gcc
    want libc6-dev "$why" test -e /usr/include/linux/input.h
    want "python$version-dev" "$why" test -e "$headers/Python.h"
    install_missing_packages || say "Going on without them, it may be that they are not needed."
}
