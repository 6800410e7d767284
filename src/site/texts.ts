/** Texts of the frame around each page. */
export const siteTexts = {
  logout: 'Log out',
  skip: 'Skip to content',
  offline: 'The service does not answer. What you see is the last known state.',
} as const;
