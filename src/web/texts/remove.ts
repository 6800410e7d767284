/** Texts of the removal. */
export const removeTexts = {
  title: 'Remove this device',
  question: 'Remove the device and everything the agent put on this firewall?',
  effects: [
    'The protection ends at once: rules and tables are taken out.',
    'Settings, the device key and the policy are deleted.',
  ],
  keeps: 'Your own rules and tables stay as they are. So do the activity list and the hits.',
  submit: 'Remove',
  submitting: 'Removing…',
  cancel: 'Keep the device',
  absent: 'There is nothing to remove: no device is set up.',
} as const;
