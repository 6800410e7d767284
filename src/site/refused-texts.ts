/** What is said of a request that is not done. */
export const refusedTexts = {
  back: 'Back to the overview',
  title: 'Not done',
  host: 'This page is not served under this host name. Use the address that the login link shows.',
  origin: 'The request came from another web site and was refused. Nothing was changed.',
  csrf: 'The form is out of date. Load the page again and repeat. Nothing was changed.',
  readOnly: 'Your account may look at this page, but not change anything.',
  user: 'The request names no user. Open the page through the firewall’s own menu.',
  base: 'The request names a base path that cannot be used.',
  method: 'This request is not possible here.',
  notFound: 'There is no such page.',
  tooLarge: 'The form is too large.',
  badForm: 'The form could not be read.',
  internal: 'Something went wrong that should not have. The log of the service has the details.',
} as const;
