// A check that a script made, and what they all came to.
const failed = [];
let made = 0;

export function check(what, holds) {
  made += 1;
  if (!holds) failed.push(what);
}

export function report() {
  console.log(JSON.stringify({ total: made, failed }));
  process.exit(0);
}
