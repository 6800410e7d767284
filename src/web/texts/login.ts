/** Texts of the login. */
export const loginTexts = {
  title: 'Log in',
  heading: 'You are not logged in',
  text: 'This page opens with a login link. A link works once, and for 15 minutes.',
  hint: 'The program prints a login link on its terminal when it starts. Start it again to get a new one.',
  again: 'I have used my link: open the page',
  badHeading: 'This link does not work',
  badText: 'It was used already, or it is older than 15 minutes.',
  outHeading: 'You are logged out',
  outText: 'Close this window, or open the page with a new link.',
  slowHeading: 'Too many tries',
  slowText: 'Wait a minute, then open your link again.',
} as const;
