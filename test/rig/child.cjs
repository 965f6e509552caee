#!/usr/bin/env node
// What `rig <name> [words]` runs: a process that does what its test tells it, over the Unix socket in RIG_SOCKET. CommonJS: it starts fastest.
'use strict';
const {spawn} = require('node:child_process');
const {closeSync, writeSync} = require('node:fs');
const {connect} = require('node:net');

const [name, ...args] = process.argv.slice(2);
const socket = connect(process.env.RIG_SOCKET);
const ignored = new Set();

function say(message) {
  socket.write(`${JSON.stringify(message)}\n`);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    const last = ignored.has(signal) ? undefined : () => dieBy(signal);
    socket.write(`${JSON.stringify({signal})}\n`, last);
  });
}

function dieBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** The answer to an order; undefined when there is none. */
function obey(order) {
  switch (order.do) {
    case 'exit':
      return process.exit(order.code);
    case 'raise':
      return dieBy(order.signal);
    case 'write':
      writeSync(order.descriptor, Buffer.from(order.base64, 'base64'));
      return {};
    case 'ignore':
      for (const signal of order.signals) ignored.add(signal);
      return {};
    case 'close':
      for (const descriptor of order.descriptors) closeSync(descriptor);
      return {};
    case 'spawn': {
      const child = spawn('rig', order.words, {detached: order.detached, stdio: order.detached ? 'ignore' : 'inherit'});
      child.unref();
      return {pid: child.pid};
    }
  }
}

let rest = '';
socket.setEncoding('utf8');
socket.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const answer = obey(JSON.parse(line));
    if (answer !== undefined) say({answer});
  }
});
// the test is over
socket.on('error', () => process.exit(86));
socket.on('close', () => process.exit(86));
say({name, args, pid: process.pid, cwd: process.cwd(), env: process.env});
