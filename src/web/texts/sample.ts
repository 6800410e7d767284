/** Texts of the sample traffic of the demo. */
export const sampleTexts = {
  on: 'Sample traffic is on: hits marked “sample” were made up by this demo.',
  off: 'This demo has no traffic of its own.',
  turnOn: 'Turn sample traffic on',
  turnOff: 'Turn sample traffic off',
} as const;
