/**
 * Small comforts; the page works without them. Times go to the browser's zone and stay right between
 * two answers, a lost service is said, and the address of a shown notice is not kept.
 */
'use strict';
(() => {
  const STEPS = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];

  /** The same rules as those of src/site/format.ts. */
  function relativeWords(time, now) {
    const seconds = Math.round(Math.abs(time - now) / 1000);
    if (seconds < 5) return 'just now';
    const [size, unit] = STEPS.find(([step]) => seconds >= step);
    const words = `${Math.floor(seconds / size).toLocaleString('en-US')} ${unit}`;
    return time > now ? `in ${words}` : `${words} ago`;
  }

  function plannedWords(time, now, due) {
    if (time <= now) return due;
    return time - now < 5000 ? 'in a moment' : relativeWords(time, now);
  }

  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

  function showTimes() {
    for (const element of document.querySelectorAll('#ts-page time[datetime]')) {
      const time = Date.parse(element.dateTime);
      const now = Date.now();
      const { due } = element.dataset;
      const words = due ? plannedWords(time, now, due) : relativeWords(time, now);
      if (element.textContent !== words) element.textContent = words;
      element.title = exact.format(time);
    }
  }

  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const dayAndClock = new Intl.DateTimeFormat(undefined, {
    ...{ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });

  /** Hours of charts and their tables, which the server writes in UTC. */
  function showHours() {
    for (const element of document.querySelectorAll('#ts-page [data-hour]')) {
      element.textContent = clock.format(new Date(element.dataset.hour));
    }
    for (const { dataset, rows } of document.querySelectorAll('#ts-page [data-hours]')) {
      const first = Date.parse(dataset.hours);
      [...rows].forEach((row, at) => {
        row.cells[0].textContent = dayAndClock.format(first + at * 3_600_000);
      });
    }
    const { timeZone } = clock.resolvedOptions();
    for (const element of document.querySelectorAll('#ts-page [data-zone]')) element.textContent = timeZone;
  }

  const TYPED_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/;
  const timeFields = (root) => root.querySelectorAll('input[data-utc]');
  const digits = (number) => String(number).padStart(2, '0');

  /** The numbers of a typed time, as `Date` takes them; null for anything else. */
  function typedTime(text) {
    const match = TYPED_TIME.exec(text.trim());
    if (match === null) return null;
    const [year, month, ...rest] = match.slice(1).map((part) => Number(part ?? 0));
    return [year, month - 1, ...rest];
  }

  /** Times in a form are the browser's for whoever looks, and UTC on their way. */
  function showTimeFields() {
    for (const field of timeFields(document)) {
      const typed = typedTime(field.value);
      if (typed === null) continue;
      const time = new Date(Date.UTC(...typed));
      const day = [time.getFullYear(), digits(time.getMonth() + 1), digits(time.getDate())];
      field.value = `${day.join('-')} ${digits(time.getHours())}:${digits(time.getMinutes())}`;
    }
  }
  document.addEventListener('formdata', ({ target, formData }) => {
    for (const field of timeFields(target)) {
      const typed = typedTime(field.value);
      if (typed === null) continue;
      formData.set(field.name, new Date(...typed).toISOString().slice(0, 16).replace('T', ' '));
    }
  });

  /** A field that was checked as it was typed tells by itself, too, whether it is wrong. */
  function markField(help) {
    if (!help?.dataset.wrong) return;
    const wrong = help.dataset.wrong === 'true';
    const field = document.querySelector(`[aria-describedby="${help.id}"]`);
    if (wrong) field?.setAttribute('aria-invalid', 'true');
    else field?.removeAttribute('aria-invalid');
    field?.closest('.form-group')?.classList.toggle('has-error', wrong);
  }

  function showOffline(offline) {
    const banner = document.querySelector('.ts-offline');
    if (banner !== null) banner.hidden = !offline;
  }

  function isPoll(event) {
    return event.detail.elt.getAttribute('hx-trigger')?.startsWith('every') ?? false;
  }

  /** A list stands still while one of its rows is open. */
  function isPaused(element) {
    const open = element.dataset.pause && document.querySelector(element.dataset.pause);
    return Boolean(open && open.childElementCount > 0);
  }

  document.addEventListener('click', (event) => {
    const open = document.querySelector('#ts-hit');
    if (!open || !(event.target instanceof Element) || !open.contains(event.target.closest('.ts-close'))) return;
    event.preventDefault();
    open.replaceChildren();
  });
  // Another poll would stop the way to the next page, and lead there anew: without end where pages take a second.
  let leaving = false;
  window.addEventListener('pageshow', () => {
    leaving = false;
  });

  document.addEventListener('htmx:beforeRequest', (event) => {
    const idle = document.hidden || leaving || isPaused(event.detail.elt);
    if (idle && isPoll(event)) event.preventDefault();
  });
  document.addEventListener('htmx:beforeOnLoad', ({ detail: { xhr } }) => {
    leaving ||= ['HX-Redirect', 'HX-Refresh'].some((name) => xhr.getResponseHeader(name) !== null);
  });
  document.addEventListener('htmx:beforeSwap', (event) => {
    // What pfSense answers when the login has ended: a word to a script, and to a form, whose token ended with it, a page.
    const text = event.detail.xhr.responseText.trim();
    if (text !== 'SESSION_TIMEOUT' && !/^<!doctype html/i.test(text)) return;
    event.preventDefault();
    leaving = true;
    window.location.reload();
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.xhr?.status > 0) showOffline(event.detail.xhr.status >= 500);
  });
  document.addEventListener('htmx:sendError', () => showOffline(true));
  document.addEventListener('htmx:afterSwap', ({ detail: { target } }) => markField(document.getElementById(target.id)));
  document.addEventListener('htmx:afterSwap', showTimes);
  document.addEventListener('htmx:afterSwap', showHours);
  document.addEventListener('visibilitychange', showTimes);
  /**
   * pfSense's script focuses the first control of a page, shortly before or after "load": a press of the space bar, meant to
   * scroll, must not do what a button does. Whoever moves the focus is let.
   */
  function keepFocusOffButtons() {
    const unfocus = () => {
      if (document.activeElement?.matches('#ts-page button')) document.activeElement.blur();
    };
    const end = ({ type, key }) => {
      if (type === 'keydown' && key !== 'Tab') return;
      document.removeEventListener('focusin', unfocus);
    };
    unfocus();
    document.addEventListener('focusin', unfocus);
    for (const type of ['keydown', 'pointerdown']) document.addEventListener(type, end, true);
    window.addEventListener('load', () => window.setTimeout(end, 2000, {}));
  }
  // "events" is pfSense's list of what its pages do when they are ready.
  if (Array.isArray(window.events)) keepFocusOffButtons();

  const address = new URL(window.location.href);
  if (address.searchParams.has('notice')) {
    address.searchParams.delete('notice');
    window.history.replaceState(window.history.state, '', address);
  }
  showTimes();
  showHours();
  showTimeFields();
  // Every second for the time that is left to confirm; only what changed is written.
  window.setInterval(showTimes, 1000);
})();
