/**
 * Shared libraries of the FreeBSD base system a Node may need; every pfSense has them. Those with a number that
 * changes between releases (libcrypto, libssl, libutil, …) bind a Node to its release.
 */
const BASE_LIBRARIES =
  /^(ld-elf|libc|libc\+\+|libcrypto|libcxxrt|libdl|libelf|libexecinfo|libgcc_s|libkvm|libm|libmd|libprocstat|librt|libssl|libsys|libthr|libutil|libz)\.so\.\d+$/;

/** Whether the base system has the library of that name. */
export function isBaseLibrary(name: string): boolean {
  return BASE_LIBRARIES.test(name);
}
