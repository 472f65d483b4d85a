/** Files out of a drop, folders and all, with their paths inside the folder. */

export interface Dropped {
  file: File;
  name: string;
}

export async function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
  // The entries must be taken before the first await; afterwards the list is empty.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === null)) return chosenFiles(plain);
  const found: Dropped[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found.filter(isWanted);
}

export function chosenFiles(files: Iterable<File>): Dropped[] {
  return [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name })).filter(isWanted);
}

/** Leaves out what systems put into folders by themselves. */
function isWanted({ name }: Dropped): boolean {
  const last = name.split("/").pop() ?? name;
  return !last.startsWith(".") && last !== "Thumbs.db" && last !== "desktop.ini";
}

async function walk(entry: FileSystemEntry, found: Dropped[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, name: entry.fullPath.replace(/^\//, "") || file.name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred entries at a time.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const inner of batch) await walk(inner, found);
  }
}
