/** mostBytes is the largest picture the cloud takes. */
export const mostBytes = 200_000;

const side = 1280; // pixels of the longer side, to begin with

/** Drawn is a picture that can be made smaller. */
export interface Drawn {
	width: number;
	height: number;
	encode(width: number, height: number, quality: number): Promise<Blob | null>;
}

/** shrink makes a picture small enough to be sent: first a worse one, then a smaller one. */
export async function shrink(picture: Drawn): Promise<Blob | undefined> {
	let scale = Math.min(1, side / Math.max(picture.width, picture.height));
	for (let tries = 0; tries < 6; tries++, scale *= 0.7) {
		for (const quality of [0.8, 0.6, 0.4]) {
			const blob = await picture.encode(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)), quality);
			if (blob && blob.size <= mostBytes) return blob;
		}
	}
	return undefined;
}

/** drawn reads what the camera took, upright. It fails when that is no picture. */
export async function drawn(file: Blob): Promise<Drawn> {
	const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
	const canvas = document.createElement('canvas');
	return {
		width: bitmap.width,
		height: bitmap.height,
		encode: (width, height, quality) => {
			canvas.width = width;
			canvas.height = height;
			canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height);
			return new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
		},
	};
}

/** base64 is a picture as JSON carries it. */
export async function base64(picture: Blob): Promise<string> {
	const bytes = new Uint8Array(await picture.arrayBuffer());
	let text = '';
	for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	return btoa(text);
}
