type Child = Node | string | undefined | false;

/** Makes an element. Texts become text nodes: nothing that a user typed is ever read as markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return node;
}

/** Runs an asynchronous action of a button or form; shows what went wrong. */
export function act(work: () => Promise<void>, onFault: (message: string) => void): void {
  work().catch((thrown: unknown) => onFault(thrown instanceof Error ? thrown.message : String(thrown)));
}
