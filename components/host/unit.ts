/** The units of systemd that a prepared host has. Pure. */

export const FIREWALL_UNIT = "synfleet-firewall.service";
export const FIREWALL_UNIT_FILE = `/etc/systemd/system/${FIREWALL_UNIT}`;
export const FIREWALL_FILE = "/etc/synfleet/firewall.nft";

/** Loads the confirmed rules before there is a network. Stopping it leaves the rules where they are. */
export const firewallUnit = `[Unit]
Description=What this host admits (Synfleet)
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file ${FIREWALL_FILE}
ExecReload=/usr/sbin/nft --file ${FIREWALL_FILE}

[Install]
WantedBy=sysinit.target
`;

export const NFTABLES_DROP_IN = "/etc/systemd/system/nftables.service.d/synfleet.conf";

/** Debian's own unit, and the usual file of a user, begin with the removal of all rules, and so does its end: the table follows each time. */
export const nftablesDropIn = `[Service]
ExecStartPost=/usr/sbin/nft --file ${FIREWALL_FILE}
ExecReload=/usr/sbin/nft --file ${FIREWALL_FILE}
ExecStopPost=/usr/sbin/nft --file ${FIREWALL_FILE}
`;
