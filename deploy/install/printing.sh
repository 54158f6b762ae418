# shellcheck shell=sh
# CUPS of a kiosk: our backend, and nothing of a slip on the disk (docs/privacy.md).

CUPS_MOUNTS="var-spool-cups.mount var-cache-cups.mount"
FORGET="PreserveJobFiles No # motcua"

# Of a setting that stands there twice CUPS takes the last.
forgets_jobs() { [ "$(grep -i '^[[:space:]]*PreserveJobFiles' "$1" | tail -n 1)" = "$FORGET" ]; }

# Let CUPS drop what it has printed: CUPSD.CONF.
forget_jobs() {
    sed -i '/ # motcua$/d' "$1"
    # A file may end without a newline.
    [ -z "$(tail -c 1 "$1")" ] || echo >> "$1"
    echo "$FORGET" >> "$1"
}

put_printing() { # RELEASE'S FOLDER
    put "$1/deploy/cups/motcua-escpos" /usr/lib/cups/backend/motcua-escpos 0755
    for unit in $CUPS_MOUNTS; do
        # A release from before may be put back, which had none.
        [ -e "$1/deploy/systemd/$unit" ] || return 0
        put "$1/deploy/systemd/$unit" "$UNITS/$unit"
    done
    # shellcheck disable=SC2086
    systemctl --quiet enable $CUPS_MOUNTS
    if ! forgets_jobs /etc/cups/cupsd.conf; then
        forget_jobs /etc/cups/cupsd.conf
        ! running_systemd || systemctl try-restart cups.service
    fi
    running_systemd || return 0
    systemctl daemon-reload
    ! { mountpoint -q /var/spool/cups && mountpoint -q /var/cache/cups; } || return 0
    systemctl stop cups.path cups.socket cups.service
    # Under the mount nobody would ever delete them.
    mountpoint -q /var/spool/cups || rm -f /var/spool/cups/d[0-9]*
    # shellcheck disable=SC2086
    systemctl start $CUPS_MOUNTS || say "print jobs stay on the disk: systemctl status $CUPS_MOUNTS" >&2
    systemctl start cups.socket cups.path cups.service
}

remove_printing() {
    rm -f /usr/lib/cups/backend/motcua-escpos
    [ -e "$UNITS/var-spool-cups.mount" ] || return 0
    # CUPS itself may have been removed by now.
    ! running_systemd || systemctl stop cups.path cups.socket cups.service || true
    for unit in $CUPS_MOUNTS; do
        ! running_systemd || systemctl stop "$unit" || true
        systemctl --quiet disable "$unit" || true
        rm -f "${UNITS:?}/$unit"
    done
    [ ! -e /etc/cups/cupsd.conf ] || sed -i '/ # motcua$/d' /etc/cups/cupsd.conf
    running_systemd || return 0
    systemctl daemon-reload
    systemctl start cups.socket cups.path cups.service || true
}
