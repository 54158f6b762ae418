# shellcheck shell=sh
# What a machine must have: Debian packages, settings, trust in the hub's certificate.

HUB_PACKAGES="nginx-light openssl curl"
SCREEN_PACKAGES="udev xserver-xorg-core xserver-xorg-input-libinput xauth libegl1 libgl1-mesa-dri
    libgles2 libmtdev1 libfribidi0 libasound2 espeak-ng alsa-utils fonts-inter gcc libc6-dev python3-dev libcups2-dev"
KIOSK_PACKAGES="cups fonts-lao fonts-tlwg-loma-otf fonts-sil-taiheritagepro"
DISPLAY_PACKAGES="mpv"

serves_hub() { [ "$role" = hub ] || [ "$role" = all ]; }
has_kiosk() { [ "$role" = kiosk ] || [ "$role" = all ]; }
has_display() { [ "$role" = display ] || [ "$role" = all ]; }
has_screen() { [ "$role" != hub ]; }
running_systemd() { [ -d /run/systemd/system ]; }

check_machine() {
    # shellcheck disable=SC1091
    . /etc/os-release
    [ "${ID:-} ${VERSION_ID:-}" = "debian 12" ] || fail "this is ${PRETTY_NAME:-no Debian}, not Debian 12"
    free=$(df --output=avail -m "$(dirname "$OPT")" | tail -n 1)
    [ "$free" -ge 1500 ] || fail "$free MB are free for $OPT and 1500 are needed: make room"
}

install_packages() {
    wanted="python3-venv ca-certificates"
    ! serves_hub || wanted="$wanted $HUB_PACKAGES"
    ! has_screen || wanted="$wanted $SCREEN_PACKAGES"
    ! has_kiosk || wanted="$wanted $KIOSK_PACKAGES"
    ! has_display || wanted="$wanted $DISPLAY_PACKAGES"
    missing=
    for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] \
            || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    had_nginx=no
    [ ! -e /usr/sbin/nginx ] || had_nginx=yes
    say "Debian packages:$missing"
    apt-get -q=2 update
    # shellcheck disable=SC2086
    apt-get -q=2 -y install --no-install-recommends $missing > /dev/null
    # The proxy has a service of its own. An nginx that was here before serves somebody else.
    if serves_hub && [ "$had_nginx" = no ]; then
        systemctl --quiet disable nginx.service
        ! running_systemd || systemctl stop nginx.service
    fi
}

# Give a setting of a settings file a value: FILE KEY VALUE, the first line that has the key.
set_value() {
    grep -q "^$2 = " "$1" || fail "$1 has no setting $2"
    sed -i "0,/^$2 = /s|^$2 = .*|$2 = $3|" "$1"
}

# Copy a settings file of the release, unless there is one, with this machine's values: NAME
# [KEY VALUE]... It gets its name as a whole: an install that was cut off leaves none half right.
fresh_settings() {
    [ ! -e "$ETC/$1" ] || return 0
    name=$1
    shift
    install -m 0644 "$SOURCE/config/$name" "$ETC/$name.new"
    while [ $# -gt 0 ]; do
        set_value "$ETC/$name.new" "$1" "$2"
        shift 2
    done
    mv "$ETC/$name.new" "$ETC/$name"
}

make_settings() {
    mkdir -p "$ETC/notices"
    if serves_hub; then
        [ -n "$names" ] || names=$(cat "$ETC/tls/names" 2> /dev/null || hostname)
        # First, for it refuses names that are none, and what prints them is not made anew.
        # shellcheck disable=SC2086
        [ -e "$ETC/tls/server.pem" ] || "$SOURCE/deploy/local-ca.sh" make "$ETC/tls" $names
        fresh_settings hub.toml behind_proxy true
        fresh_settings site.toml public_url "\"https://${names%% *}\""
    fi
    fresh_settings procedures.toml
    ! has_screen || install -d -o motcua-screen -g motcua-screen -m 0700 "$ETC/screens"
    ! has_kiosk || fresh_settings kiosk.toml data "\"$DATA-kiosk\"" \
        procedures "\"$ETC/procedures.toml\"" \
        credential_file "\"$ETC/screens/kiosk.credential\""
    ! has_display || fresh_settings display.toml \
        credential_file "\"$ETC/screens/display.credential\""
    for screen in kiosk display; do
        if [ -n "$hub" ] && [ -e "$ETC/$screen.toml" ]; then
            set_value "$ETC/$screen.toml" address "\"wss://$hub/live\""
        fi
    done
    trust
}

# Let this machine believe the hub's local CA.
trust() {
    [ -n "$ca" ] || ca=$ETC/tls/ca.pem
    [ -r "$ca" ] || return 0
    cmp -s "$ca" /usr/local/share/ca-certificates/motcua.crt && return 0
    install -D -m 0644 "$ca" /usr/local/share/ca-certificates/motcua.crt
    update-ca-certificates > /dev/null 2>&1
}
