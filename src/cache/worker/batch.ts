import type {FileToWrite, WrittenFile} from './write-files.ts';

/** Files on their way to the thread that writes them: all bytes are in one piece, which is moved and not copied. */
export interface Batch {
  readonly number: number;
  readonly base: string;
  readonly files: readonly {readonly path: string; readonly mode: number; readonly size: number}[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What became of a batch. */
export type BatchEnd =
  | {readonly number: number; readonly written: readonly WrittenFile[]}
  | {readonly number: number; readonly problem: string};

export function packed(number: number, base: string, files: readonly FileToWrite[]): Batch {
  const bytes = new Uint8Array(files.reduce((sum, file) => sum + file.bytes.length, 0));
  let offset = 0;
  for (const file of files) {
    bytes.set(file.bytes, offset);
    offset += file.bytes.length;
  }
  return {number, base, files: files.map(({path, mode, bytes: {length: size}}) => ({path, mode, size})), bytes};
}

export function unpacked({files, bytes}: Batch): readonly FileToWrite[] {
  let offset = 0;
  return files.map(({path, mode, size}) => {
    offset += size;
    return {path, mode, bytes: bytes.subarray(offset - size, offset)};
  });
}
