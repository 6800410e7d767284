/** Hostile in HTML, attributes, scripts, file names and terminals. */
export const HOSTILE = '"><img src=x onerror=alert(1)>\'&\u202e';
