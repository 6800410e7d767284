/** Where the program is installed on pfSense. */
export const PROGRAM_FOLDER = '/usr/local/libexec/ts-pfsense';
