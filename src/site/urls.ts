/** A path of this app (and query) as the browser must ask for it. */
export type UrlFor = (path: string, query?: Readonly<Record<string, string>>) => string;

/** Where a GET form goes: a browser drops the query of its action, so it is sent as hidden fields. */
export interface FormTarget {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
}

const BASE = /^(?:\/[A-Za-z0-9_.-]+)*(?:\?p=)?$/;

/**
 * Whether the text can stand before our paths: a path, with `?p=` at its end where a script of another
 * server passes our path on as its parameter, e.g. `/threatstop/index.php?p=`.
 */
export function isBase(text: string): boolean {
  return BASE.test(text);
}

/** Addresses below `base` (see {@link isBase}; empty = our paths as they are). */
export function urlBuilder(base: string): UrlFor {
  return (path, query = {}) => {
    // A colon may stand as it is (RFC 3986 §3.4); an address is full of them.
    const search = new URLSearchParams(query).toString().replaceAll('%3A', ':');
    const joint = base.includes('?') ? '&' : '?';
    return `${base}${path}${search === '' ? '' : joint + search}`;
  };
}

/** Target of a GET form for one of our paths below `base`. */
export function formTarget(base: string, path: string): FormTarget {
  if (!base.endsWith('?p=')) return { action: base + path, hidden: [] };
  return { action: base.slice(0, -3), hidden: [{ name: 'p', value: path }] };
}
