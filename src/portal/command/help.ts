/** The text of `ts-portal help`. */
export const PORTAL_HELP = `ts-portal: a small portal of your own for ts-pfsense agents.

  ts-portal serve --state DIR [--host ADDRESS] [--policy-port N] [--settings-port N]
            [--intake-port N] [--require-tsig]
      Serves policies (DNS over TCP and TLS), settings (DNS over TLS), the intake of hits and the
      address check (HTTPS) until it is stopped. ADDRESS is where devices reach it; default 127.0.0.1.
      Without a port it takes the one of its last start if that is free, else any free one.
      --require-tsig refuses policy queries that are not signed with the key of a device.
  ts-portal device add --state DIR [--nickname NAME] [--address IP]
            [--block-list NAMES] [--allow-list NAMES]
      Makes a device and prints its id, its key and the command that links it. The key is not shown again.
  ts-portal list set --state DIR NAME FILE
      Publishes FILE (one address or prefix a line, "#" comments, gzip or not) as the list NAME.
  ts-portal help

"device add" and "list set" work while the portal runs. Everything is kept in DIR.
Exit codes: 0 done, 1 failed, 2 wrong usage.
`;
