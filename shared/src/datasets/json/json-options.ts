/** How to read a JSON file. */
export interface JsonOptions {
  /** Where the array of rows is: names separated by dots, such as `data.items`. Default: the file is the array. */
  jsonPath?: string;
  /** Whether nested objects become columns such as `address.city`; arrays stay JSON. Default: both stay JSON. */
  flatten?: boolean;
}
