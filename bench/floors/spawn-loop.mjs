// The least that Node can do to run COUNT commands, JOBS at a time: node spawn-loop.mjs COUNT JOBS LINE
import {spawn} from 'node:child_process';
import {argv, exit} from 'node:process';

const [count, jobs, line] = [Number(argv[2]), Number(argv[3]), argv[4]];
let started = 0;

function next() {
  if (started === count) return;
  started++;
  spawn('sh', ['-c', line], {stdio: 'ignore'}).once('exit', (code) => (code === 0 ? next() : exit(1)));
}

for (let slot = 0; slot < jobs; slot++) next();
