/** download has the browser save what only staff may read: a link alone would carry no token. It reports whether that worked. */
export async function download(url: string, name: string, headers: Record<string, string>): Promise<boolean> {
	const answer = await fetch(url, { headers }).catch(() => undefined);
	if (!answer?.ok) return false;
	const address = URL.createObjectURL(await answer.blob());
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(address), 10_000);
	return true;
}

/** picture is an image that only staff may see, as its own address. */
export async function picture(url: string, headers: Record<string, string>): Promise<string | undefined> {
	const answer = await fetch(url, { headers }).catch(() => undefined);
	if (!answer?.ok) return undefined;
	const file = await answer.blob();
	return new Promise((done) => {
		const reader = new FileReader();
		reader.onload = () => done(typeof reader.result === 'string' ? reader.result : undefined);
		reader.onerror = () => done(undefined);
		reader.readAsDataURL(file);
	});
}
