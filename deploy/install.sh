#!/bin/sh
# Install motcua on a Debian 12 machine, from the checkout or archive that this file lies in.
#
#   install.sh --role hub|kiosk|display|all [--name NAME]… [--hub NAME] [--ca FILE] [--no-lock-down]
#   install.sh upgrade                put this checkout's release in place of the one that runs
#   install.sh rollback               go back to the release before
#   install.sh uninstall [--purge]    remove the programs; with --purge settings and data as well
#
#   --name NAME       the hub's name or IPv4 address in the network, the main one first (hub, all)
#   --hub NAME        the hub that a kiosk or display belongs to
#   --ca FILE         the certificate of the hub's local CA, ca.pem (kiosk, display)
#   --no-lock-down    leave consoles and keys of this machine as they are (kiosk, display, all)
#
# Every command may be given again: it does what is left to do. docs/operations.md tells the rest.
set -eu
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

OPT=/opt/motcua
ETC=/etc/motcua
DATA=/var/lib/motcua
UNITS=/etc/systemd/system
HEALTHY_S=${MOTCUA_HEALTHY_S:-60}
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
PARTS="assets config deploy display docs hub kiosk shared README.md pyproject.toml requirements.lock setup.cfg"

# shellcheck source=deploy/install/machine.sh
. "$SOURCE/deploy/install/machine.sh"
# shellcheck source=deploy/install/release.sh
. "$SOURCE/deploy/install/release.sh"
# shellcheck source=deploy/install/services.sh
. "$SOURCE/deploy/install/services.sh"
# shellcheck source=deploy/install/printing.sh
. "$SOURCE/deploy/install/printing.sh"

usage() { sed -n '4,12s/^# \{0,3\}//p' "$0"; }
say() { echo "motcua: $*"; }
fail() { echo "install.sh: $*" >&2; exit 2; }

install_motcua() {
    role='' names='' hub='' ca='' lock_down=yes
    while [ $# -gt 0 ]; do
        case $1 in
            --no-lock-down) lock_down=no; shift; continue ;;
            --role | --name | --hub | --ca) [ $# -ge 2 ] || fail "$1 needs a value" ;;
            *) fail "$1 is not known; install.sh --help" ;;
        esac
        case $1 in
            --role) role=$2 ;;
            --name) names="$names${names:+ }$2" ;;
            --hub) hub=$2 ;;
            --ca) ca=$2 ;;
        esac
        shift 2
    done
    case $role in hub | kiosk | display | all) ;; *) fail "--role is hub, kiosk, display or all" ;; esac
    case "$names $hub" in *[!A-Za-z0-9.\ -]*) fail "a name is letters, digits, dots and hyphens" ;; esac
    if [ -e "$ETC/role" ] && [ "$(cat "$ETC/role")" != "$role" ]; then
        fail "this machine is installed as $(cat "$ETC/role"); uninstall it first"
    fi
    if ! serves_hub && [ -z "$hub" ] && [ ! -e "$ETC/$role.toml" ]; then
        fail "--hub NAME says which hub this $role belongs to"
    fi
    [ -z "$ca" ] || [ -r "$ca" ] || fail "$ca cannot be read"
    check_machine
    if [ -e "$OPT/current" ] && [ "$(current)" != "$(release_name)" ]; then
        fail "$(current) is installed here and this is $(release_name): install.sh upgrade"
    fi
    if has_screen && [ "$lock_down" = yes ] && [ ! -e /usr/sbin/sshd ]; then
        fail "locked down, this machine has no console to sign in at: apt-get install" \
            "openssh-server first, or give --no-lock-down"
    fi
    install_packages
    make_release
    systemd-sysusers "$SOURCE/deploy/systemd/sysusers.conf"
    make_settings
    echo "$role" > "$ETC/role"
    [ "$lock_down" = yes ] || : > "$ETC/no-lock-down"
    activate "$release"
    start_services
    if running_systemd && serves_hub && ! hub_is_well "$HEALTHY_S"; then
        journalctl -u motcua-hub -n 20 --no-pager -o cat >&2 || true
        fail "the hub does not serve; above is what it said"
    fi
    next_steps
}

upgrade() {
    role=$(cat "$ETC/role" 2> /dev/null) || fail "nothing is installed here: install.sh --role …"
    check_machine
    install_packages
    make_release
    old=$(current)
    if [ "$release" = "$old" ]; then
        say "$release runs already."
        activate "$release"
        start_services
        return
    fi
    well_before=$(well_screens)
    # A standby can fetch all it has from its hub once more; promoted meanwhile, it has no backup.
    backup='' seq=''
    ! is_to_serve || stop_and_back_up "$old"
    activate "$release"
    restart_services
    if is_well "$well_before"; then
        ln -sfn "releases/$old" "$OPT/previous"
        forget_old_releases
        say "$release runs. The one before, $old, is kept for install.sh rollback."
        return
    fi
    say "$release does not serve; this is what its hub and screens said last:" >&2
    journalctl -u 'motcua-*' -n 30 --no-pager -o cat >&2 || true
    go_back "$old"
    exit 1
}

rollback() {
    role=$(cat "$ETC/role" 2> /dev/null) || fail "nothing is installed here"
    [ -e "$OPT/previous" ] || fail "there is no release before this one"
    old=$(basename "$(readlink "$OPT/previous")")
    left=$(current)
    well_before=$(well_screens)
    ! is_to_serve || stop_and_back_up "$left"
    activate "$old"
    restart_services
    if ! is_well "$well_before"; then
        activate "$left"
        restart_services
        fail "$old does not serve on this data, $left is back; to go further back restore a backup"
    fi
    ln -sfn "releases/$left" "$OPT/previous"
    forget_backup
    say "$old runs again."
}

# Put `old` and, when it cannot read what the new release wrote, the data from before in place.
go_back() {
    old=$1
    activate "$old"
    restart_services
    if is_well "$well_before"; then
        forget_backup
        say "$old runs again, on the data as they are." >&2
        return
    fi
    # What a hub has given out while it served is never thrown away for the sake of proxy or screens.
    if ! is_to_serve || { hub_answers && goes_on hub_answers; }; then
        fail "$old does not come back whole either; its data are as they are: journalctl -u 'motcua-*'"
    fi
    [ -n "$seq" ] || fail "the hub did not serve before either; its data are as they are, with a" \
        "backup from before in $backup: journalctl -u motcua-hub"
    systemctl stop motcua-hub.service
    restore_backup "$old"
    restart_services
    is_well "$well_before" || fail "$old does not come back either: journalctl -u motcua-hub"
    forget_backup
    say "$old runs again, on the data from before the upgrade." >&2
}

uninstall() {
    purge=no
    case ${1:-} in '') ;; --purge) purge=yes ;; *) fail "uninstall [--purge]" ;; esac
    remove_services
    rm -rf "$OPT"
    if [ "$purge" = yes ]; then
        rm -rf "$ETC" "$DATA" "$DATA-kiosk" "$DATA-display" "$DATA-standby" "$UNITS"/motcua-*.d \
            /var/lib/systemd/timers/stamp-motcua-*
        for user in motcua motcua-screen motcua-proxy; do
            ! getent passwd "$user" > /dev/null || userdel "$user"
        done
        say "removed with settings and data. Debian packages stay."
    else
        rm -f "$ETC/role" "$ETC/no-lock-down"
        say "removed. Settings are in $ETC, data in $DATA and $DATA-*."
    fi
}

case ${1:-} in
    '' | -h | --help) usage; exit 0 ;;
esac
[ "$(id -u)" = 0 ] || fail "run it as root"
mkdir -p "$ETC"
exec 9> /run/motcua-install.lock
flock -n 9 || fail "another install.sh runs"
case $1 in
    upgrade | rollback) "$1" ;;
    uninstall) shift; uninstall "$@" ;;
    *) install_motcua "$@" ;;
esac
