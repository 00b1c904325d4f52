// A function behind a breaker of opossum: alone, or with its time-out and its limit of calls.
'use strict';
const CircuitBreaker = require('opossum');

const variants = {
  breaker: { timeout: false },
  timeout: { timeout: 5_000 },
  all: { timeout: 5_000, capacity: 64 },
};

module.exports = async (variant) => {
  const breaker = new CircuitBreaker(async (n) => n + 1, variants[variant]);
  return (n) => breaker.fire(n);
};
