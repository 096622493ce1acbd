#!/bin/sh
# Makes this folder ready to run: a virtual environment in .venv with the locked packages, and from the system
# Tesseract with simplified Chinese and a Chinese font. What is there is left alone, so that a second run takes no time.
# PYTHON=/path/to/python chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/.xueping-setup

say() { printf '%s\n' "$*" >&2; }

fail() { # what is wrong, the command that mends it
    say "✗ $1"
    say "  请运行 (please run): $2"
    exit 1
}

fits() { "$1" -c "import sys; sys.exit(not ($2))" 2>/dev/null; }

find_python() {
    for wanted in '(3, 11) <= sys.version_info[:2] <= (3, 13)' 'sys.version_info >= (3, 14)'; do
        for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
            if fits "$candidate" "$wanted"; then
                command -v "$candidate"
                return
            fi
        done
    done
    if [ "$(uname)" = Darwin ]; then
        fail '需要 Python 3.11、3.12 或 3.13' 'brew install python@3.13'
    fi
    fail '需要 Python 3.11、3.12 或 3.13' "$(as_root)apt-get install -y python3 python3-venv"
}

as_root() {
    if [ "$(id -u)" != 0 ]; then
        printf 'sudo '
    fi
}

install_packages() { # what is missing, Debian packages, Homebrew packages
    if [ "$(uname)" = Darwin ]; then
        command -v brew >/dev/null || fail "缺少 $1，也没有 Homebrew" "brew install $3  (先装 Homebrew)"
        say "正在用 brew 安装 $1 …"
        # shellcheck disable=SC2086
        brew install $3 >&2 || fail "装不上：$1" "brew install $3"
        return
    fi
    command="$(as_root)apt-get install -y --no-install-recommends $2"
    command -v apt-get >/dev/null || fail "缺少 $1" "用本系统的包管理器安装 $2"
    say "正在用 apt 安装 $1 …"
    if [ "$(id -u)" = 0 ]; then
        root='env DEBIAN_FRONTEND=noninteractive'
    elif [ -t 0 ]; then
        root='sudo env DEBIAN_FRONTEND=noninteractive'
    else
        # nobody is there to type a password
        root='sudo -n env DEBIAN_FRONTEND=noninteractive'
    fi
    # shellcheck disable=SC2086
    { $root apt-get update -qq && $root apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $2; } >&2 || fail "装不上：$1" "$command"
}

ensure_venv() {
    if [ -x $venv/bin/python ] && fits $venv/bin/python 'sys.version_info >= (3, 11)' && [ -x $venv/bin/pip ]; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install_packages "虚拟环境模块 venv" "python$version-venv" "python@$version"
    fi
    say "正在建立虚拟环境 $venv（$("$python" -V)）…"
    "$python" -m venv --clear $venv >&2 || fail '虚拟环境建不起来' "$python -m venv --clear $venv"
}

ensure_packages() {
    now=$(cat requirements.lock pyproject.toml | cksum)
    if [ "$(cat $stamp 2>/dev/null)" = "$now" ]; then
        return
    fi
    say '正在安装锁定的 Python 包（第一次约需一两分钟）…'
    pip="$venv/bin/pip install --quiet --disable-pip-version-check --no-deps"
    locked="$pip --require-hashes -r requirements.lock"
    $locked >&2 || fail 'Python 包装不上（网络或磁盘？）' "$locked"
    own="$pip --no-build-isolation -e ."
    $own >&2 || fail '本项目装不进虚拟环境' "$own"
    printf '%s\n' "$now" >$stamp
}

ensure_tesseract() {
    if command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx chi_sim; then
        return
    fi
    install_packages 'Tesseract 与 chi_sim' 'tesseract-ocr tesseract-ocr-chi-sim' 'tesseract tesseract-lang'
}

ensure_font() {
    # macOS has Chinese fonts of its own
    if [ "$(uname)" = Darwin ] || [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name 'NotoSansCJK*' 2>/dev/null)" ]; then
        return
    fi
    install_packages '中文字体' fonts-noto-cjk ''
}

ensure_venv
ensure_packages
ensure_tesseract
ensure_font
