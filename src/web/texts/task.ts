/** Texts of what runs now. */
export const taskTexts = {
  /** By kind of task: what is being done. */
  running: {
    add: 'Setting this device up',
    update: 'Updating the policy',
    plan: 'Reading the policy to see what would change',
    logs: 'Sending the logs',
    verify: 'Checking what the firewall holds',
    enable: 'Enabling the policy',
    raise: 'Raising the limit of table entries',
    confirm: 'Confirming that the policy stays enabled',
    disable: 'Disabling the policy',
    remove: 'Removing this device',
    exempt: 'Changing what is allowed and blocked here',
    configure: 'Saving the settings',
  },
  started: 'started',
  by: 'by',
  follow: 'Show how far it is',
  pageText: 'It goes on whether you look or not. This page loads itself anew until it has ended.',
  reload: 'Load again',
  gone: 'This is not known any more: the service was started anew since. The activity list has the result.',
} as const;
