/** Where `<img>` finds a picture of the tour. The offline copy puts a function of its own here. */
export const pictures = { address: (url: string): string => url };
