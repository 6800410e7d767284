import { elfFile, type ElfDescription } from './elf-file.ts';

/** What the cross-compiled SQLite addon says of itself, in short. */
export const ADDON: ElfDescription = {
  needed: ['libm.so.5', 'libthr.so.3', 'libc.so.7'],
  exported: ['node_api_module_get_api_version_v1', 'napi_register_module_v1'],
  imported: ['napi_create_object', 'open@FBSD_1.0', 'stat@FBSD_1.5'],
};

/** Stands in for the addon where nothing loads it; `change` makes it a wrong one. */
export function standInAddon(change: ElfDescription = {}): Uint8Array {
  return elfFile({ ...ADDON, ...change });
}
