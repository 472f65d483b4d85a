/** A few ways of showing the same thing, of which one holds: buttons in a row. */
interface Props<Name extends string> {
  label: string;
  options: readonly { name: Name; text: string }[];
  chosen: Name;
  choose: (name: Name) => void;
}

export function ChoiceBar<Name extends string>({ label, options, chosen, choose }: Props<Name>) {
  return (
    <fieldset class="choice-bar">
      <legend class="hidden-visually">{label}</legend>
      {options.map(({ name, text }) => (
        <button type="button" key={name} aria-pressed={name === chosen} onClick={() => choose(name)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
