# shellcheck shell=sh
# systemd units and what else of a release lies outside of /opt/motcua.

units() {
    ! serves_hub || echo motcua-hub.service motcua-standby.service motcua-proxy.service \
        motcua-certificate.service motcua-certificate.timer
    ! has_screen || echo motcua-x.service
    ! has_kiosk || echo motcua-kiosk.service
    ! has_display || echo motcua-display.service
}

# Whether this hub is a standby of another now (docs/operations.md): one that was promoted is none.
stands_by() { [ -e "$DATA/following.json" ]; }

# Whether this machine's hub is to serve: not a standby, nor one whose place another has taken.
is_to_serve() { serves_hub && ! stands_by && [ ! -e "$DATA/superseded.json" ]; }

# What starts with the machine; motcua-x is started by the screens. Of hub and standby the units'
# own conditions let one start, so that a promotion is not undone by a restart.
enabled() {
    ! serves_hub || echo motcua-hub.service motcua-proxy.service motcua-certificate.timer
    ! systemctl --quiet is-enabled motcua-standby.service 2> /dev/null || echo motcua-standby.service
    screens
}

screens() {
    ! has_kiosk || echo motcua-kiosk.service
    ! has_display || echo motcua-display.service
}

# What administrators may call.
programs() {
    ! serves_hub || echo motcua-hub
    ! has_kiosk || echo motcua-kiosk
    ! has_display || echo motcua-display
}

put() { install -D -m "${3:-0644}" "$1" "$2"; }

put_services() { # RELEASE'S FOLDER
    for unit in $(units); do put "$1/deploy/systemd/$unit" "$UNITS/$unit"; done
    put "$1/deploy/systemd/sysusers.conf" /etc/sysusers.d/motcua.conf
    if ! cmp -s "$1/deploy/systemd/journald.conf" /etc/systemd/journald.conf.d/motcua.conf; then
        put "$1/deploy/systemd/journald.conf" /etc/systemd/journald.conf.d/motcua.conf
        ! running_systemd || systemctl try-restart systemd-journald.service
    fi
    for program in $(programs); do
        put "$1/deploy/motcua-command" "/usr/local/bin/$program" 0755
    done
    ! has_kiosk || put_printing "$1"
    if has_screen && [ ! -e "$ETC/no-lock-down" ]; then
        put "$1/deploy/x/10-motcua.conf" /etc/X11/xorg.conf.d/10-motcua.conf
        put "$1/deploy/x/logind.conf" /etc/systemd/logind.conf.d/motcua.conf
        put "$1/deploy/x/sysctl.conf" /etc/sysctl.d/90-motcua.conf
        put "$1/deploy/x/system.conf" /etc/systemd/system.conf.d/motcua.conf
        systemctl --quiet mask ctrl-alt-del.target
    fi
    # shellcheck disable=SC2046
    systemctl --quiet enable $(enabled)
    ! running_systemd || systemctl daemon-reload
}

# A screen that nobody has enrolled yet would only fail.
ready_to_start() {
    for unit in $(enabled); do
        case $unit in
            motcua-kiosk.service) [ ! -e "$ETC/screens/kiosk.credential" ] || echo "$unit" ;;
            motcua-display.service) [ ! -e "$ETC/screens/display.credential" ] || echo "$unit" ;;
            *) echo "$unit" ;;
        esac
    done
}

# Those that do not run yet; what runs is left alone. --no-block: a screen waits for its hub.
start_services() {
    running_systemd || return 0
    # shellcheck disable=SC2046
    systemctl start --no-block $(ready_to_start)
}

restart_services() {
    trap - EXIT
    running_systemd || return 0
    # A unit that was given up must count from the start again.
    systemctl reset-failed 'motcua-*' 2> /dev/null || true
    # shellcheck disable=SC2046
    systemctl restart --no-block $(ready_to_start)
}

# Whether the hub serves within so many seconds, and goes on serving; of a standby, that it runs. One
# whose place was taken must not, and is well as it is.
hub_is_well() {
    stands_by || is_to_serve || return 0
    end=$(($(date +%s) + $1))
    while ! answers; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 1
    done
    goes_on answers
}

answers() {
    if stands_by; then
        systemctl --quiet is-active motcua-standby.service
        return
    fi
    hub_answers && curl -fsSk -m 5 -o /dev/null https://127.0.0.1/healthz 2> /dev/null
}

# The hub itself, whatever stands before it.
hub_answers() {
    systemctl --quiet is-active motcua-hub.service \
        && curl -fsS -m 5 -o /dev/null http://127.0.0.1:8080/healthz 2> /dev/null
}

# Whether that is so of the same process 5 s later, too: CHECK.
goes_on() {
    began=$(systemctl show -P MainPID motcua-hub.service motcua-standby.service)
    sleep 5
    [ "$(systemctl show -P MainPID motcua-hub.service motcua-standby.service)" = "$began" ] && "$1"
}

# Whether the hub that a screen belongs to answers there where its settings say: UNIT.
has_its_hub() {
    screen=${1#motcua-}
    /usr/bin/python3 "$SOURCE/deploy/hub_answers.py" "$ETC/${screen%.service}.toml"
}

# Which screens show their hub's view now: only these can be judged afterwards. One that has lost its
# hub stays active and shows it, but cannot become active again before the hub is back.
well_screens() {
    for unit in $(screens); do
        if systemctl --quiet is-active "$unit" && has_its_hub "$unit"; then echo "$unit"; fi
    done
}

# Whether all that was well before is well again: UNITS. A screen whose hub has gone meanwhile is
# not to blame, and nor is its release.
is_well() {
    running_systemd || return 0
    ! serves_hub || hub_is_well "$HEALTHY_S" || return 1
    end=$(($(date +%s) + HEALTHY_S))
    for unit in $1; do
        while ! systemctl --quiet is-active "$unit"; do
            if [ "$(date +%s)" -ge "$end" ]; then
                ! has_its_hub "$unit" || return 1
                say "$unit waits for its hub, which does not answer" >&2
                break
            fi
            sleep 1
        done
    done
}

remove_services() {
    ! running_systemd || systemctl stop 'motcua-*.timer' 'motcua-*.service'
    for unit in "$UNITS"/motcua-*; do
        [ -f "$unit" ] || continue
        systemctl --quiet disable "${unit##*/}" || true
        rm -f "$unit"
    done
    rm -f /etc/sysusers.d/motcua.conf /etc/systemd/journald.conf.d/motcua.conf \
        /etc/X11/xorg.conf.d/10-motcua.conf /etc/systemd/logind.conf.d/motcua.conf \
        /etc/sysctl.d/90-motcua.conf /etc/systemd/system.conf.d/motcua.conf \
        /usr/local/bin/motcua-*
    remove_printing
    systemctl --quiet unmask ctrl-alt-del.target
    if [ -e /usr/local/share/ca-certificates/motcua.crt ]; then
        rm -f /usr/local/share/ca-certificates/motcua.crt
        update-ca-certificates --fresh > /dev/null 2>&1
    fi
    ! running_systemd || systemctl daemon-reload
}

next_steps() {
    say "$release is installed as $role."
    running_systemd || say "systemd does not run here: the services start with the machine."
    for screen in kiosk display; do
        case " $(screens) " in *"motcua-$screen.service"*) ;; *) continue ;; esac
        [ ! -e "$ETC/screens/$screen.credential" ] || continue
        say "next: motcua-$screen --enrol, with the code of motcua-hub enrol --role $screen" \
            "--name NAME --data $DATA; then systemctl start motcua-$screen"
    done
}
