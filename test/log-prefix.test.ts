import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLogPrefix } from '../src/format/log-prefix.js';

const MESSAGES = ['Page allocated via order 0, mask 0x0(), pid 1, tgid 1 (a), ts 1 ns', 'PFN 0x1', ' f+0x1/0x2', ''];
const REPORT = ['page dumped because: x', 'page last allocated via order 0, migratetype Movable', ' f+0x1/0x2', ''];

/** Each form, with the blank at its end: of a first line and of another, which differ in what may differ. */
const FORMS: readonly (readonly [string, string, string])[] = [
  ['printk time', '[   12.345678] ', '[  112.345678] '],
  ['printk time with thread', '[   12.345678][T10694] ', '[   12.345679][    C0] '],
  ['printk time, thread narrow', '[   12.345678][    T1] ', '[   12.345679] '],
  ['level', '<6>', '<4>'],
  ['level, printk time', '<6>[   12.345678] ', '<4>[   12.345679] '],
  ['syslog', 'Nov 26 20:17:44 host kernel: ', 'Nov  6 20:17:45 host kernel: '],
  ['syslog, printk time', 'Nov 26 20:17:44 host kernel: [  12.345678] ', 'Nov 26 20:17:45 host kernel: [  13.345678] '],
  ['rsyslog', '2026-11-26T20:17:44.123456+00:00 host kernel: ', '2026-11-26T20:17:45.123456+00:00 host kernel: '],
  ['short-iso', '2026-11-26T20:17:44+0000 host kernel: ', '2026-11-26T20:17:45+0000 host kernel: '],
  ['short-precise', 'Nov 26 20:17:44.123456 host kernel: ', 'Nov 26 20:17:45.123456 host kernel: '],
  ['short-monotonic', '[   12.345678] host kernel: ', '[   12.345679] host kernel: '],
  ['short-full', 'Thu 2026-11-26 20:17:44 UTC host kernel: ', 'Thu 2026-11-26 20:17:45 UTC host kernel: '],
  ['short-unix', '1764188264.123456 host kernel: ', '1764188265.123456 host kernel: '],
  ['no host', 'Nov 26 20:17:44 kernel: ', 'Nov 26 20:17:45 kernel: '],
  ['logger', 'Nov 26 20:17:44 host root[12]: ', 'Nov 26 20:17:45 host root[13]: '],
  ['logcat', '11-26 20:17:44.123     0     0 I kernel  : ', '11-26 20:17:45.123     0    10 W kernel  : '],
  [
    'logcat, printk',
    '11-26 20:17:44.123  0  0 I kernel  : <6>[  1.2] ',
    '11-26 20:17:44.123  0  0 I kernel  : <4>[  1.3] ',
  ],
  ['logcat time', '11-26 20:17:44.123 I/kernel (    0): ', '11-26 20:17:45.123 W/kernel (   12): '],
  ['dmesg -T', '[Thu Nov 26 20:17:44 2026] ', '[Fri Nov  6 20:17:45 2026] '],
  ['dmesg -x', 'kern  :info  : [   1.200000] ', 'kern  :warn  : [   1.300000] '],
  ['dmesg -d', '[   12.345678 <    0.000001>] ', '[   12.345678 <   10.000001>] '],
  ['dmesg -e', '[Nov26 20:17] ', '[  +0.000001] '],
  ['dmesg iso', '2026-11-26T20:17:44,123456+00:00 ', '2026-11-26T20:17:45,123456+00:00 '],
  ['/dev/kmsg', '6,1234,12345678,-;', '4,1235,12345679,-,caller=T1;'],
  ['ts', 'Nov 26 20:17:44 [   12.345678] ', 'Nov 26 20:17:45 [   12.345679] '],
  ['two clocks', '[    1.000000] [   12.345678] ', '[    1.100000] [   12.345679] '],
  ['indent', '    ', '    '],
  ['indent, printk', '\t[   12.345678] ', '\t[   12.345679] '],
  ['mail, indent', '>     ', '>     '],
  ['mail', '> ', '> '],
  ['mail without blank', '>', '>'],
  ['answer', '>> ', '> > '],
  ['mail, syslog, printk', '> Nov 26 20:17:44 host kernel: [  1.2] ', '> Nov 26 20:17:45 host kernel: [  1.3] '],
];

for (const [name, first, other] of FORMS)
  test(`what stands behind the prefix is all that is left: ${name}`, () => {
    for (const messages of [MESSAGES, REPORT])
      for (const cr of ['', '\r', '\r\r']) {
        const log = messages.map((message) => `${first}${message}${cr}\n`).join('');
        const prefix = findLogPrefix(log);
        assert.ok(prefix, log);
        for (const message of messages) {
          assert.equal(prefix.strip(`${first}${message}${cr}`), message);
          assert.equal(prefix.strip(`${other}${message}${cr}`), message);
        }
        assert.equal(prefix.strip(first.trimEnd() + cr), '', 'an empty line that lost its blank');
        assert.equal(prefix.strip(`no prefix${cr}`), undefined);
      }
  });

test('a text without prefix has none', () => {
  for (const text of ['', '\n', MESSAGES.join('\n'), REPORT.join('\r\n'), 'some\ntext\n', '[1] a note\n'])
    assert.equal(findLogPrefix(text), undefined, text);
});

test('the line of another program is told from those of the kernel', () => {
  const other = 'Nov 26 20:17:44 host systemd[1]: Started.';
  const log = [other, other, 'Nov 26 20:17:44 host kernel: PFN 0x1 type', other].join('\n');
  assert.equal(findLogPrefix(log)?.strip(other), undefined);
  assert.equal(findLogPrefix(log)?.strip('Nov 26 20:17:44 host kernel:  f'), ' f');
});

test('a log that begins long before its first page is read by what most lines have', () => {
  const boot = Array.from({ length: 20 }, (_, at) => `[    0.00000${at % 10}] Memory: ${at}`).join('\n');
  assert.equal(findLogPrefix(`${boot}\nlost\n`)?.strip('[   12.3]  f'), ' f');
  const system = 'Nov 26 20:17:44 host sshd[1]: no\n'.repeat(9);
  const kernel = 'Nov 26 20:17:44 host kernel: [    1.0] yes\n'.repeat(2);
  assert.equal(findLogPrefix(system + kernel)?.strip('Nov 26 20:17:45 host kernel: [    2.0] x'), 'x');
  assert.equal(findLogPrefix(system), undefined);
  assert.equal(findLogPrefix(`${'a text\n'.repeat(9)}[    1.0] of which some lines have one\n`), undefined);
});

test('a command name that looks like a prefix and a header is none', () => {
  const header = 'Page allocated via order 0, mask 0x0(), pid 1, tgid 1 ([  1.2] PFN 0x1 a), ts 1 ns\n';
  assert.equal(findLogPrefix(header.repeat(3)), undefined);
});

test('what most lines of page_owner have decides, whatever one line in front of them has', () => {
  const quoted = '> [  1.2] Page allocated via order 0, mask\n';
  const log = `${quoted}${'[  1.2] Page allocated via order 0, mask\n'.repeat(3)}`;
  assert.equal(findLogPrefix(log)?.strip('[  1.2] x'), 'x');
});
