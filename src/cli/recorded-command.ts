/** The words of the command line as they are recorded: values of variables may be secrets, so only their names stay. */
export function recordedCommand(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if (end >= 0 && index > end) return word;
    const before = words[index - 1];
    if (before === '-D' || before === '--define') return hidden(word);
    const joined = /^(--define=|-D)(?=.)(.*)$/s.exec(word);
    return joined === null ? word : `${joined[1]}${hidden(joined[2] ?? '')}`;
  });
}

function hidden(definition: string): string {
  return definition.replace(/=.*$/s, '=…');
}
