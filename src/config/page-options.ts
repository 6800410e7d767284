/** Options of the page that the service serves itself; they take effect when it starts again. */
import { text } from './option-types.ts';

const FILE = /^\/[^\0\n]{1,1000}$/;

/** A part of the option table. */
export const pageOptions = {
  ui_address: text({
    description:
      'Where the service serves its page: address:port, or none. Another than a loopback address needs a password (tsadmin ui --password=-) and is served over TLS. In force when the service starts again.',
    pattern: /^(?:none|(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5})$/,
    allowed: 'address:port such as 127.0.0.1:8470 or [::1]:8470, or none',
    default: '127.0.0.1:8470',
    setBy: ['local'],
  }),
  ui_tls_cert: text({
    description:
      'File with the certificate of the page (PEM). Empty: one of its own where TLS is needed.',
    pattern: FILE,
    allowed: 'an absolute path',
    setBy: ['local'],
  }),
  ui_tls_key: text({
    description: 'File with the key of that certificate (PEM).',
    pattern: FILE,
    allowed: 'an absolute path',
    setBy: ['local'],
  }),
} as const;
