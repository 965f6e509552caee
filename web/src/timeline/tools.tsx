import {duration} from '../../../src/base/figures.ts';
import {ZOOM} from './keys.ts';
import type {ViewControl} from './use-view.ts';
import type {View} from './view.ts';

/** The title of the timeline, what it shows, and buttons for those who have neither wheel nor keys. */
export function Tools({view, control}: {readonly view: View; readonly control: ViewControl}) {
  return (
    <div class="card-head">
      <h2 id="timeline-title">Timeline</h2>
      <p class="range" data-from={view.from} data-to={view.to}>
        {view.from < 0.05 ? 'start' : duration(view.from)} to {duration(view.to)}
      </p>
      <div class="tools">
        <button type="button" onClick={() => control.zoom(ZOOM)} aria-label="Zoom in">
          +
        </button>
        <button type="button" onClick={() => control.zoom(1 / ZOOM)} aria-label="Zoom out">
          −
        </button>
        <button type="button" onClick={control.showWhole}>
          Whole run
        </button>
      </div>
    </div>
  );
}

export function Hint() {
  return (
    <p class="hint">
      Wheel or <kbd>+</kbd> <kbd>−</kbd> zoom, drag or <kbd>←</kbd> <kbd>→</kbd> pan, <kbd>↑</kbd> <kbd>↓</kbd> go from
      task to task, <kbd>Enter</kbd> opens one, <kbd>0</kbd> shows the whole run.
    </p>
  );
}
