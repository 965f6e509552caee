import {useLayoutEffect, useRef} from 'preact/hooks';
import {drawTimeline} from './draw.ts';
import type {Picture} from './picture.ts';

/** Draws the picture before the next frame. How many tasks it drew stands in `data-drawn`. */
export function Canvas(picture: Omit<Picture, 'context'>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const {width, height} = picture.geometry;
    const request = requestAnimationFrame(() => {
      const context = canvas.current === null || width === 0 ? null : sized(canvas.current, width, height);
      if (context !== null) context.canvas.dataset.drawn = String(drawTimeline({...picture, context}));
    });
    return () => cancelAnimationFrame(request);
  });
  return (
    <div class="canvas-holder" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}

/** The canvas in this size, in CSS pixels, as sharp as the screen. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
