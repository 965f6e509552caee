import {useLayoutEffect, useRef} from 'preact/hooks';
import {byteCount} from '../../../src/base/figures.ts';
import type {TaskRecord} from '../../../src/record/run.ts';
import type {Page} from '../page.ts';
import {Block} from '../pieces.tsx';
import {readable} from '../words.ts';

/** The end of what it printed. */
export function Output({page, record: {task, log}}: {readonly page: Page; readonly record: TaskRecord}) {
  const text = readable(page.logOf.get(task) ?? '').trimEnd();
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  const size = log === undefined ? undefined : log.end - log.start;
  if (text === '')
    return (
      <Block title="Output">
        <p class="dim">
          {size === 0
            ? 'It printed nothing.'
            : size === undefined
              ? 'None was kept.'
              : `${byteCount(size)}, not part of this page.`}
        </p>
      </Block>
    );
  const isWhole = size === undefined || size <= new TextEncoder().encode(page.logOf.get(task)).length;
  return (
    <Block title={isWhole ? 'Output' : `Output, the end of ${byteCount(size)}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys */}
      <section class="output" ref={box} tabIndex={0} aria-label={`Output of ${task}`}>
        <pre>{text}</pre>
      </section>
    </Block>
  );
}
