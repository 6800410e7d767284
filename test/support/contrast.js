/**
 * An expression for a browser: [luminance of the page's background, texts whose contrast is below WCAG AA (4.5; 3 for
 * large text)]. `contrastScope` may name other elements than all of the body. Colours are read from a canvas, so any notation of CSS will do.
 */
(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  /** Relative luminance of sRGB (WCAG 2.2). */
  function luminance(color) {
    const [r, g, b] = color.map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function backgroundOf(element) {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  }

  function isShown(element) {
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '',
    );
    return (
      hasText &&
      getComputedStyle(element).visibility !== 'hidden' &&
      element.getClientRects().length > 0
    );
  }

  function contrastOf(element) {
    const text = luminance(rgba(getComputedStyle(element).color));
    const background = luminance(backgroundOf(element));
    return (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
  }

  const faint = [...document.querySelectorAll(globalThis.contrastScope ?? 'body *')]
    .filter(isShown)
    .filter((element) => {
      const large = parseFloat(getComputedStyle(element).fontSize) >= 24;
      return contrastOf(element) < (large ? 3 : 4.5);
    })
    .map(
      (element) => `${element.textContent.trim().slice(0, 40)}: ${contrastOf(element).toFixed(2)}`,
    );
  return [luminance(backgroundOf(document.body)), faint];
})();
