/** Colours of the theme, as a canvas can read them, by the names that they have in the style sheet, without `--`. */
export function coloursOf<Name extends string>(
  canvas: HTMLCanvasElement,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const style = getComputedStyle(canvas);
  const entries = names.map((name) => {
    canvas.style.color = `var(--${name})`;
    return [name, style.color] as const;
  });
  canvas.style.color = '';
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** An empty picture of a size in CSS pixels, as fine as the screen; null if the browser has none. */
export function pictureOn(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  const points = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
  if (canvas.width !== points.width || canvas.height !== points.height) Object.assign(canvas, points);
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}
