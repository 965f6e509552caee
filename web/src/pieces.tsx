import type {ComponentChildren} from 'preact';
import type {NodeId} from '../../src/plan/plan.ts';
import type {TaskStatus} from '../../src/record/events.ts';
import {useChoice} from './choice.ts';
import {STATUS_COLOURS} from './words.ts';

/** A part of the page with a title. */
export function Card({
  id,
  title,
  note,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card" aria-labelledby={`${id}-title`} id={id}>
      <div class="card-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p class="note">{note}</p>}
      </div>
      {children}
    </section>
  );
}

/** A part of the panel with a title. */
export function Block({title, children}: {readonly title: string; readonly children: ComponentChildren}) {
  return (
    <section class="block">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** The name of a task, which opens it. */
export function TaskLink({task}: {readonly task: NodeId}) {
  const choose = useChoice();
  return (
    <button type="button" class="task-link" onClick={() => choose(task)}>
      {task}
    </button>
  );
}

/** Text in which `words` between backticks are code. */
export function Prose({text}: {readonly text: string}) {
  return (
    <>
      {text
        .split(/`([^`]+)`/)
        .map((part, place) => (place % 2 === 1 ? <code key={`${place} ${part}`}>{part}</code> : part))}
    </>
  );
}

/** Tasks in a row. */
export function TaskLinks({tasks, between}: {readonly tasks: readonly NodeId[]; readonly between: string}) {
  return (
    <span class="task-links">
      {tasks.map((task, place) => (
        <span key={task}>
          {place > 0 && <span class="between">{between}</span>}
          <TaskLink task={task} />
        </span>
      ))}
    </span>
  );
}

export function Status({status}: {readonly status: TaskStatus | 'not reached' | 'group'}) {
  const colour = status === 'not reached' ? 'wait' : status === 'group' ? 'dim' : STATUS_COLOURS[status];
  return (
    <span class="badge" style={{'--badge': `var(--${colour})`}}>
      {status}
    </span>
  );
}

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

export interface Row {
  readonly key: string;
  readonly cells: readonly ComponentChildren[];
}

/** The first cell of a row names it. */
export function Table({
  caption,
  columns,
  rows,
}: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}) {
  const kind = (place: number): string => (columns[place]?.isNumber === true ? 'number' : '');
  return (
    <div class="table-holder">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({name}, place) => (
              <th key={name} scope="col" class={kind(place)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({key, cells: [first, ...others]}) => (
            <tr key={key}>
              <th scope="row">{first}</th>
              {others.map((cell, place) => (
                <td key={columns[place + 1]?.name} class={kind(place + 1)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
