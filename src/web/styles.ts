/**
 * The parts of the stylesheet, joined in this order. `base` is what all share; then a file for each page or group of
 * pages, which only names classes of its own; last what pfSense brings itself, for the page on its own.
 */
export const STYLES = [
  'base',
  'overview',
  'hits',
  'policy',
  'activity',
  'settings',
  'forms',
  'standalone',
];
