/** Collects the first misfit while a value is read; hand-written because no schema library may enter the sandbox. */
export class Guard {
    misfit = null;
    fail(field, message, fix) {
        this.misfit ??= { field, message: `${field} ${message}`, fix };
        return null;
    }
    object(field, value, known) {
        if (value === null || typeof value !== 'object' || Array.isArray(value)) {
            return this.fail(field, 'must be an object', `send a JSON object as ${field}`);
        }
        const unknown = Object.keys(value).find((key) => !known.includes(key));
        if (unknown !== undefined) {
            const shown = JSON.stringify(unknown.slice(0, 60).toWellFormed());
            return this.fail(field, `has the unknown key ${shown}`, `use only: ${known.join(', ')}`);
        }
        return value;
    }
    text(field, value, max, min = 0) {
        if (typeof value !== 'string')
            return this.fail(field, 'must be text', `send a string as ${field}`);
        if (value.length < min)
            return this.fail(field, 'is empty', `send at least ${min} characters`);
        if (value.length > max)
            return this.fail(field, `is longer than ${max} characters`, 'shorten it');
        return value;
    }
    integer(field, value, min, max) {
        if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
            return value;
        return this.fail(field, `must be a whole number from ${min} to ${max}`, `send such a number as ${field}`);
    }
    oneOf(field, value, options) {
        const found = options.find((option) => option === value);
        return found ?? this.fail(field, `must be one of ${options.join(', ')}`, `send one of them as ${field}`);
    }
    list(field, value, max, check) {
        if (!Array.isArray(value))
            return void this.fail(field, 'must be a list', `send a JSON array as ${field}`);
        if (value.length > max)
            return void this.fail(field, `has more than ${max} items`, 'send fewer');
        for (const [index, item] of value.entries()) {
            if (this.misfit)
                return;
            check(`${field}[${index}]`, item);
        }
    }
}
