/**
 * What commands of the host get beside the environment of this process: the C locale, so that their output can be read, no
 * library path, which a launcher may have set for a Node that has its libraries with it, and nothing of how the launcher
 * has memory kept.
 */
export const COMMAND_ENVIRONMENT = {
  LC_ALL: 'C',
  LD_LIBRARY_PATH: undefined,
  MALLOC_CONF: undefined,
};
