// The thread that writes outputs: gets batches, tells what became of each.
import {parentPort} from 'node:worker_threads';
import {type Batch, type BatchEnd, unpacked} from './batch.ts';
import {writeFiles} from './write-files.ts';

parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(endOf(batch)));
parentPort?.postMessage('ready');

function endOf(batch: Batch): BatchEnd {
  const {number, base} = batch;
  try {
    const written = writeFiles(base, unpacked(batch));
    // plain data: what the disk says is more than is needed
    return {
      number,
      written: written.map(({size, mtimeMs, ctimeMs, ino, mode}) => ({size, mtimeMs, ctimeMs, ino, mode})),
    };
  } catch (error) {
    return {number, problem: (error as Error).message};
  }
}
