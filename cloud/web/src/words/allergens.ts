/** The fourteen allergens in words, which several pages need. */
export const english: Record<string, string> = {
	gluten: 'gluten', crustaceans: 'crustaceans', eggs: 'eggs', fish: 'fish', peanuts: 'peanuts', soybeans: 'soya', milk: 'milk', nuts: 'nuts',
	celery: 'celery', mustard: 'mustard', sesame: 'sesame', sulphites: 'sulphites', lupin: 'lupin', molluscs: 'molluscs',
};

export const italian: Record<string, string> = {
	gluten: 'glutine', crustaceans: 'crostacei', eggs: 'uova', fish: 'pesce', peanuts: 'arachidi', soybeans: 'soia', milk: 'latte', nuts: 'frutta a guscio',
	celery: 'sedano', mustard: 'senape', sesame: 'sesamo', sulphites: 'solfiti', lupin: 'lupini', molluscs: 'molluschi',
};
