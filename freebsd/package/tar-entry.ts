/** A member of a tar archive. Devices and the like are in no package. */
export interface TarEntry {
  /** As it is in the archive: absolute for files of a package, `+MANIFEST` for its own. */
  readonly path: string;
  readonly kind: 'file' | 'hardlink' | 'symlink' | 'directory';
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  /** Owner and group, by name. */
  readonly owner: string;
  readonly group: string;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Empty unless `kind` is `file`. */
  readonly content: Uint8Array;
  /** Target of a link, empty otherwise. */
  readonly target: string;
}

/** A header and every start of content is at a multiple of this. */
export const BLOCK_BYTES = 512;

/** `typeflag` of a header (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const TYPE_FLAG = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  directory: '5',
  extended: 'x',
} as const;

/** Where the fields of a ustar header are, in bytes. */
export const FIELD = {
  name: { at: 0, bytes: 100 },
  mode: { at: 100, bytes: 8 },
  uid: { at: 108, bytes: 8 },
  gid: { at: 116, bytes: 8 },
  size: { at: 124, bytes: 12 },
  mtime: { at: 136, bytes: 12 },
  checksum: { at: 148, bytes: 8 },
  typeFlag: { at: 156, bytes: 1 },
  linkName: { at: 157, bytes: 100 },
  magic: { at: 257, bytes: 6 },
  version: { at: 263, bytes: 2 },
  uname: { at: 265, bytes: 32 },
  gname: { at: 297, bytes: 32 },
  prefix: { at: 345, bytes: 155 },
} as const;

/** Sum of all bytes of a header, its checksum field counted as eight blanks. */
export function headerChecksum(header: Uint8Array): number {
  const { at, bytes } = FIELD.checksum;
  let sum = 32 * bytes;
  header.forEach((byte, index) => {
    if (index < at || index >= at + bytes) sum += byte;
  });
  return sum;
}
