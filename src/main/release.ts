/** The release, as people see it. `package.json` holds the same as a semantic version. */
export const RELEASE = '3.00-01';
