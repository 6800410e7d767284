/** Texts of the question after enabling. */
export const confirmationTexts = {
  title: 'Still here?',
  text: 'The rules are in. The protection goes back to disabled',
  unless: ' unless you confirm that you can still reach this page.',
  due: 'now',
  confirm: 'Yes, keep it enabled',
  confirming: 'Confirming…',
  readOnly: 'Somebody who may change the device has to confirm.',
} as const;
